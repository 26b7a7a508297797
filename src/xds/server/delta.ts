import type { Resource } from '../snapshot/resource.ts';
import { versionOf } from '../snapshot/type-version.ts';
import { type Answer, nextNonce, noAnswer, settle, type TypeState } from './type-state.ts';
import { isWildcardCapable } from './wildcard.ts';

/** The incremental variant: responses hold what changed, requests what is subscribed to or no longer. */
export interface DeltaRequest {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly nonce: string;
  readonly error: string | undefined;
  /** Only the first request of a type on a stream: what the client holds already. */
  readonly initialVersions: Readonly<Record<string, string>>;
}

export interface DeltaResponse {
  readonly nonce: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
}

/** Takes in a request. Its lists always count; its nonce only says which response it answers, if any. */
export function onDeltaRequest(
  state: TypeState,
  request: DeltaRequest,
  desired: ReadonlyMap<string, Resource>,
  now: number,
): Answer {
  const answer = state.inFlight?.nonce === request.nonce ? settle(state, request.error, now) : noAnswer;
  const isFirst = !state.hasRequested;
  state.hasRequested = true;
  if (isFirst) {
    for (const [name, version] of Object.entries(request.initialVersions)) {
      state.known.set(name, version);
      state.accepted.set(name, version);
      state.everSent.add(name);
    }
    if (request.subscribe.length === 0 && isWildcardCapable(state.typeUrl)) state.wildcard = 'legacy';
    // Envoy's start waits for the first answer of a wildcard type, even if nothing exists.
    if (state.wildcard === 'legacy' || request.subscribe.includes('*')) state.mustAnswer = true;
  }
  for (const name of request.subscribe) {
    if (name === '*') {
      if (state.wildcard === 'none') state.mustAnswer = true;
      state.wildcard = 'explicit';
      continue;
    }
    state.names.add(name);
    // The client may have dropped what we believe it holds, except for what it has just listed as held.
    const isHeld = isFirst && state.known.get(name) !== undefined;
    if (!isHeld || state.known.get(name) !== desired.get(name)?.version) state.forced.add(name);
  }
  for (const name of request.unsubscribe) unsubscribe(state, name);
  return answer;
}

function unsubscribe(state: TypeState, name: string): void {
  if (name === '*') {
    state.wildcard = 'none';
    for (const known of [...state.known.keys()]) if (!state.names.has(known)) forget(state, known);
    return;
  }
  state.names.delete(name);
  // Still part of everything: the client needs to hear whether it stays.
  if (state.wildcard !== 'none') state.forced.add(name);
  else {
    forget(state, name);
    state.forced.delete(name);
  }
}

function forget(state: TypeState, name: string): void {
  state.known.delete(name);
  state.accepted.delete(name);
  state.everSent.delete(name);
}

interface Due {
  readonly changed: readonly Resource[];
  readonly removed: readonly string[];
  readonly signature: string;
}

/** What the client should be told now. Removals of names that are gone wait for everything else of the round. */
export function deltaDue(
  state: TypeState,
  desired: ReadonlyMap<string, Resource>,
  mayRemove: boolean,
): Due | undefined {
  const changed: Resource[] = [];
  const removed: string[] = [];
  const consider = (resource: Resource): void => {
    if (state.forced.has(resource.name) || state.known.get(resource.name) !== resource.version) changed.push(resource);
  };
  if (state.wildcard !== 'none') for (const resource of desired.values()) consider(resource);
  else {
    for (const name of state.names) {
      const resource = desired.get(name);
      if (resource !== undefined) consider(resource);
    }
  }
  for (const name of state.forced) if (!desired.has(name)) removed.push(name);
  if (mayRemove) {
    for (const name of state.everSent) if (!desired.has(name) && !state.forced.has(name)) removed.push(name);
  }
  if (changed.length === 0 && removed.length === 0 && !state.mustAnswer) return undefined;
  // Without the removals, which change nothing about a refused content: they wait until it is mended.
  const signature = changed.length > 0 ? versionOf(changed) : removed.join('\n');
  const isOwed = state.mustAnswer || state.forced.size > 0;
  return signature === state.refused && !isOwed ? undefined : { changed, removed, signature };
}

/** The response that is due, if any: marks it as sent. */
export function nextDeltaResponse(
  state: TypeState,
  desired: ReadonlyMap<string, Resource>,
  mayRemove: boolean,
  now: number,
): DeltaResponse | undefined {
  const due = deltaDue(state, desired, mayRemove);
  if (due === undefined) return undefined;
  const nonce = nextNonce(state);
  const versions = new Map<string, string | undefined>();
  for (const { name, version } of due.changed) {
    versions.set(name, version);
    state.known.set(name, version);
    state.everSent.add(name);
  }
  for (const name of due.removed) {
    versions.set(name, undefined);
    state.known.delete(name);
    state.everSent.delete(name);
  }
  state.forced.clear();
  state.mustAnswer = false;
  state.inFlight = { nonce, sentAt: now, versions, signature: due.signature };
  return { nonce, resources: due.changed, removed: due.removed };
}
