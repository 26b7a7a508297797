import type { Resource } from '../snapshot/resource.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { versionOf, versionOfAll } from '../snapshot/type-version.ts';
import { type Answer, nextNonce, noAnswer, settle, type TypeState } from './type-state.ts';
import { isWildcardCapable } from './wildcard.ts';

/** The state-of-the-world variant: every response holds the whole selection, every request the whole subscription. */
export interface SotwRequest {
  readonly names: readonly string[];
  readonly nonce: string;
  /** Set: the client refuses the response of this nonce. The version fields say nothing reliable about it. */
  readonly error: string | undefined;
}

export interface SotwResponse {
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly Resource[];
}

/** Takes in a request. One that answers another response than the last is stale: the client will repeat itself. */
export function onSotwRequest(state: TypeState, request: SotwRequest, now: number): Answer {
  if (state.lastNonce !== '' && request.nonce !== state.lastNonce) return noAnswer;
  const isFirst = !state.hasRequested;
  state.hasRequested = true;
  const answer = state.lastNonce === '' ? noAnswer : settle(state, request.error, now);
  if (subscribe(state, request.names) || isFirst) state.mustAnswer = true;
  return answer;
}

/** Whether names came in that were not subscribed to before. */
function subscribe(state: TypeState, requested: readonly string[]): boolean {
  if (requested.length > 0) state.hasEverNamed = true;
  const before = state.wildcard;
  const isLegacy = requested.length === 0 && !state.hasEverNamed && isWildcardCapable(state.typeUrl);
  state.wildcard = isLegacy ? 'legacy' : requested.includes('*') ? 'explicit' : 'none';
  const names = new Set(requested.filter((name) => name !== '*'));
  let isAdded = before === 'none' && state.wildcard !== 'none';
  for (const name of names) if (!state.names.has(name)) isAdded = true;
  for (const name of state.names) {
    if (names.has(name)) continue;
    state.names.delete(name);
    // The client drops what it no longer asks for, and needs it again when it asks again.
    state.known.delete(name);
    state.accepted.delete(name);
  }
  for (const name of names) state.names.add(name);
  return isAdded;
}

/** The response that is due, if any: marks it as sent. */
export function nextSotwResponse(
  state: TypeState,
  desired: ReadonlyMap<string, Resource>,
  now: number,
): SotwResponse | undefined {
  const resources = select(state, desired);
  const signature = state.wildcard === 'none' ? versionOf(resources) : versionOfAll(desired);
  const isForced = state.mustAnswer || state.forced.size > 0;
  if (!isForced && (signature === state.lastSelection || signature === state.refused)) return undefined;
  // By-name types say nothing by an empty response; only a wildcard's first answer is awaited.
  if (resources.length === 0 && !isWildcardCapable(state.typeUrl)) {
    clearDue(state, signature);
    return undefined;
  }
  clearDue(state, signature);
  const nonce = nextNonce(state);
  const versions = new Map(resources.map((resource) => [resource.name, resource.version]));
  for (const [name, version] of versions) {
    state.known.set(name, version);
    state.everSent.add(name);
  }
  state.inFlight = { nonce, sentAt: now, versions, signature };
  return { version: versionOfAll(desired), nonce, resources };
}

export function isSotwDue(state: TypeState, desired: ReadonlyMap<string, Resource>): boolean {
  if (state.mustAnswer || state.forced.size > 0) return true;
  const signature = state.wildcard === 'none' ? versionOf(select(state, desired)) : versionOfAll(desired);
  return signature !== state.lastSelection && signature !== state.refused;
}

function clearDue(state: TypeState, signature: string): void {
  state.mustAnswer = false;
  state.forced.clear();
  state.lastSelection = signature;
}

function select(state: TypeState, desired: ReadonlyMap<string, Resource>): Resource[] {
  if (state.wildcard !== 'none') return [...desired.values()];
  const selected: Resource[] = [];
  for (const name of state.names) {
    const resource = desired.get(name) ?? placeholder(state.typeUrl, name);
    if (resource !== undefined) selected.push(resource);
  }
  return selected;
}

/**
 * A cluster whose assignment does not exist would warm for ever and hold back the whole update; with an empty one its
 * requests get a 503 instead.
 */
function placeholder(typeUrl: string, name: string): Resource | undefined {
  if (typeUrl !== typeUrls.endpoint) return undefined;
  const encoded = Buffer.from(name);
  // ClusterLoadAssignment.cluster_name is field 1.
  const body = Buffer.concat([Buffer.from([0x0a]), varint(encoded.length), encoded]);
  return { typeUrl, name, version: 'empty', body, origins: [] };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
