import type { ResourceState } from './client.ts';
import type { TypeState } from './type-state.ts';

/** How each resource of a type stands with one client. */
export function resourceStates(type: TypeState): ResourceState[] {
  const names = new Set([
    ...type.names,
    ...type.known.keys(),
    ...type.accepted.keys(),
    ...(type.lastNack?.names ?? []),
  ]);
  return [...names].sort().map((name): ResourceState => {
    const { typeUrl } = type;
    const accepted = type.accepted.get(name);
    const sent = type.known.get(name);
    if (type.lastNack?.names.includes(name)) {
      return { typeUrl, name, version: accepted, state: 'refused', error: type.lastNack.text };
    }
    if (sent === undefined && accepted === undefined) return { typeUrl, name, version: undefined, state: 'missing' };
    return { typeUrl, name, version: sent ?? accepted, state: sent === accepted ? 'accepted' : 'sent' };
  });
}
