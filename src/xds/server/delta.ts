import type { Resource } from '../snapshot/resource.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { type Answer, takeAnswer } from './answer.ts';
import type { Evaluation, View } from './due.ts';
import { forget, removal, type TypeState } from './type-state.ts';
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

/**
 * Takes in a request. Its lists always count, whatever its nonce: that only says which response it answers, and older
 * Envoys have sent one of a former stream.
 */
export function onDeltaRequest(state: TypeState, request: DeltaRequest, now: number): Answer {
  const answer = takeAnswer(state, request.nonce, request.error, now);
  const isFirst = !state.hasRequested;
  state.hasRequested = true;
  if (isFirst) begin(state, request);
  for (const name of request.subscribe) subscribe(state, name, isFirst);
  for (const name of request.unsubscribe) unsubscribe(state, name);
  if (request.subscribe.length + request.unsubscribe.length > 0) state.quietFor = undefined;
  return answer;
}

function begin(state: TypeState, request: DeltaRequest): void {
  for (const [name, version] of Object.entries(request.initialVersions)) {
    state.holdings.set(name, {
      known: version,
      sent: undefined,
      accepted: version,
      inForce: undefined,
      isLeaving: false,
    });
  }
  if (request.subscribe.length === 0 && isWildcardCapable(state.typeUrl)) {
    state.wildcard = 'legacy';
    // Envoy's start waits for the first answer of a wildcard type, even if nothing exists.
    state.mustAnswer = true;
  }
}

function subscribe(state: TypeState, name: string, isFirst: boolean): void {
  if (name === '*' && isWildcardCapable(state.typeUrl)) {
    if (state.wildcard === 'none') state.mustAnswer = true;
    state.wildcard = 'explicit';
    return;
  }
  state.names.add(name);
  // The client may have dropped what we believe it holds, except for what it has just listed as held.
  if (!(isFirst && state.holdings.has(name))) state.forced.add(name);
}

function unsubscribe(state: TypeState, name: string): void {
  if (name === '*' && isWildcardCapable(state.typeUrl)) {
    state.wildcard = 'none';
    state.mustAnswer = false;
    for (const held of [...state.holdings.keys()]) if (!state.names.has(held)) forget(state, held);
    for (const forced of [...state.forced]) if (!state.names.has(forced)) state.forced.delete(forced);
    return;
  }
  state.names.delete(name);
  if (state.wildcard !== 'none') {
    // Still part of everything: the client needs to hear whether it stays.
    state.forced.add(name);
    return;
  }
  forget(state, name);
  state.forced.delete(name);
}

/** What the client should be told now. */
export function deltaDue(state: TypeState, view: View): Evaluation {
  const { desired } = view;
  const owed: Resource[] = [];
  const changed: Resource[] = [];
  const early: string[] = [];
  let isHeld = false;
  let heldAndDesired = 0;
  const consider = (resource: Resource): void => {
    const holding = state.holdings.get(resource.name);
    if (holding !== undefined) heldAndDesired++;
    if (state.forced.has(resource.name)) {
      if (view.isEarly(resource)) early.push(resource.name);
      else owed.push(resource);
      return;
    }
    if (holding !== undefined && holding.known === resource.version && !holding.isLeaving) return;
    if (view.isHeldBack(resource)) isHeld = true;
    else changed.push(resource);
  };
  if (state.wildcard !== 'none') for (const resource of desired.values()) consider(resource);
  else {
    for (const name of state.names) {
      const resource = desired.get(name);
      if (resource !== undefined) consider(resource);
    }
  }
  // Clients wait for a name that does not exist until they are told so.
  const missing = [...state.forced].filter((name) => !desired.has(name));
  const gone: string[] = [];
  // Almost always the client holds nothing else: then ten thousand names need not be looked at again.
  const others = heldAndDesired === state.holdings.size ? [] : state.holdings;
  for (const [name, holding] of others) {
    if (desired.has(name) || holding.isLeaving || state.forced.has(name)) continue;
    if (view.isRemovable(name)) gone.push(name);
    else isHeld = true;
  }

  const isNews =
    changed.some((resource) => state.refused.get(resource.name) !== resource.version) ||
    gone.some((name) => state.refused.get(name) !== removal);
  const isWhole = isNews && (view.scope === 'all' || state.mustAnswer);
  if (state.typeUrl === typeUrls.extensionConfig) {
    return oneDue(state, isWhole ? [...owed, ...changed] : owed, missing, isWhole ? gone : [], early, isHeld);
  }
  const resources = isWhole ? [...owed, ...changed] : owed;
  const removed = isWhole ? [...missing, ...gone] : missing;
  isHeld ||= early.length > 0;
  if (resources.length + removed.length === 0 && !state.mustAnswer) return { due: undefined, isHeld };
  return { due: { version: '', resources, removed, early }, isHeld };
}

/**
 * One at a time. Envoy does not say in a refusal which one it means, and takes none of those behind it: together, one bad
 * script would cost all others.
 */
function oneDue(
  state: TypeState,
  wanted: readonly Resource[],
  missing: readonly string[],
  gone: readonly string[],
  early: readonly string[],
  isHeld: boolean,
): Evaluation {
  const isNews = ({ name, version }: Resource): boolean =>
    state.forced.has(name) || state.refused.get(name) !== version;
  const news = wanted.filter(isNews);
  const removed = [...missing, ...gone];
  // Who waits for a name that does not exist waits for nothing else any more.
  const resources = removed.length > 0 ? [] : news.slice(0, 1);
  const later = news.slice(resources.length).map(({ name }) => name);
  const owed = [...early, ...later.filter((name) => state.forced.has(name))];
  const isLeft = isHeld || later.length + early.length > 0;
  if (resources.length + removed.length === 0) return { due: undefined, isHeld: isLeft };
  return { due: { version: '', resources, removed, early: owed }, isHeld: isLeft };
}
