import type { ResourceState, TypeSummary } from './client.ts';
import type { TypeState } from './type-state.ts';

/** How each resource of a type stands with one client. */
export function resourceStates(type: TypeState): ResourceState[] {
  const names = new Set([...type.names, ...type.holdings.keys()]);
  return [...names].sort().map((name) => resourceState(type, name));
}

function resourceState(type: TypeState, name: string): ResourceState {
  const { typeUrl } = type;
  const holding = type.holdings.get(name);
  const accepted = holding?.accepted;
  if (type.refused.has(name)) {
    return { typeUrl, name, version: accepted, state: 'refused', error: type.lastNack?.text ?? '' };
  }
  if (holding === undefined) return { typeUrl, name, version: undefined, state: 'missing' };
  const version = holding.known ?? accepted;
  return { typeUrl, name, version, state: version === accepted ? 'accepted' : 'sent' };
}

export function typeSummary(type: TypeState, isSettled: boolean): TypeSummary {
  const { typeUrl, lastNack } = type;
  const accepted = [...type.holdings.values()].filter((holding) => holding.accepted !== undefined).length;
  if (type.refused.size > 0 && lastNack !== undefined) return { typeUrl, accepted, state: 'nacked', nack: lastNack };
  return { typeUrl, accepted, state: isSettled ? 'synced' : 'pending' };
}

/** Of the version that the client took last, unless it has refused the same one since. */
export function acceptedVersion(type: TypeState | undefined, name: string): string | undefined {
  const accepted = type?.holdings.get(name)?.accepted;
  return type?.refused.get(name) === accepted ? undefined : accepted;
}
