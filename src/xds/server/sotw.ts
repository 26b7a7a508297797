import type { Resource } from '../snapshot/resource.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { collectionVersion, versionOf } from '../snapshot/version.ts';
import { type Answer, takeAnswer } from './answer.ts';
import type { Due, Evaluation, View } from './due.ts';
import { emptyAssignment, emptyAssignmentVersion } from './empty-assignment.ts';
import { forget, removal, type TypeState } from './type-state.ts';
import { isWildcardCapable } from './wildcard.ts';

/** The state-of-the-world variant: every request holds the whole subscription. */
export interface SotwRequest {
  readonly names: readonly string[];
  readonly nonce: string;
  /** Set: the client refuses the response of this nonce. The version fields say nothing reliable about it. */
  readonly error: string | undefined;
}

/** Takes in a request. One that answers another response than the last is stale: the client will repeat itself. */
export function onSotwRequest(state: TypeState, request: SotwRequest, now: number): Answer {
  // Of one that was given up the answer still counts, though nothing else that the request says.
  if (state.lastNonce !== '' && request.nonce !== state.lastNonce) {
    return takeAnswer(state, request.nonce, request.error, now);
  }
  const answer = takeAnswer(state, request.nonce, request.error, now);
  subscribe(state, request.names);
  return answer;
}

function subscribe(state: TypeState, requested: readonly string[]): void {
  if (requested.length > 0) state.hasEverNamed = true;
  const canBeWildcard = isWildcardCapable(state.typeUrl);
  const before = state.wildcard;
  const isLegacy = canBeWildcard && requested.length === 0 && !state.hasEverNamed;
  const isExplicit = canBeWildcard && requested.includes('*');
  state.wildcard = isLegacy ? 'legacy' : isExplicit ? 'explicit' : 'none';
  if (before === 'none' && state.wildcard !== 'none') state.mustAnswer = true;

  const names = new Set(requested.filter((name) => !(canBeWildcard && name === '*')));
  for (const name of names) {
    if (state.names.has(name)) continue;
    state.names.add(name);
    state.forced.add(name);
    state.quietFor = undefined;
  }
  for (const name of [...state.names]) {
    if (names.has(name)) continue;
    state.names.delete(name);
    state.forced.delete(name);
    state.quietFor = undefined;
  }
  // What it does not ask for any more, the client drops.
  if (state.wildcard !== before) state.quietFor = undefined;
  if (state.wildcard === 'none') {
    for (const held of [...state.holdings.keys()]) if (!names.has(held)) forget(state, held);
  }
}

/**
 * What the client should be told now. Answers of listeners and clusters (and of our own types) hold everything that is
 * subscribed to, and what is absent is deleted; answers of all other types hold what changed.
 */
export function sotwDue(state: TypeState, view: View): Evaluation {
  return isWildcardCapable(state.typeUrl) ? wholeDue(state, view) : partDue(state, view);
}

function wholeDue(state: TypeState, view: View): Evaluation {
  const { desired } = view;
  const resources: Resource[] = [];
  let isHeld = false;
  let isNews = false;
  for (const resource of selected(state, desired)) {
    const holding = state.holdings.get(resource.name);
    const isKnown = holding?.known === resource.version && !holding.isLeaving;
    if (!isKnown && view.isHeldBack(resource)) {
      isHeld = true;
      if (holding?.inForce !== undefined) resources.push(holding.inForce);
      continue;
    }
    if (!isKnown && state.refused.get(resource.name) !== resource.version) isNews = true;
    resources.push(resource);
  }
  const removed: string[] = [];
  for (const [name, holding] of state.holdings) {
    if (desired.has(name) || holding.isLeaving) continue;
    if (view.isRemovable(name)) {
      removed.push(name);
      if (state.refused.get(name) !== removal) isNews = true;
      continue;
    }
    // Absence deletes: what has to stay a little longer must be in every answer until then.
    isHeld = true;
    if (holding.sent !== undefined) resources.push(holding.sent);
  }
  const isOwed = state.mustAnswer || state.forced.size > 0;
  if (!isOwed && (!isNews || view.scope === 'owed')) return { due: undefined, isHeld };
  return { due: { version: wholeVersion(resources, desired), resources, removed, early: [] }, isHeld };
}

/** Equal on every server for equal content, also when one of them has yet to remove something. */
function wholeVersion(resources: readonly Resource[], desired: ReadonlyMap<string, Resource>): string {
  const isDesired =
    resources.length === desired.size && resources.every((resource) => desired.get(resource.name) === resource);
  return isDesired ? collectionVersion(desired) : versionOf(resources);
}

function partDue(state: TypeState, view: View): Evaluation {
  const owed: Resource[] = [];
  const changed: Resource[] = [];
  const early: string[] = [];
  let isHeld = false;
  for (const name of state.names) {
    const resource = view.desired.get(name) ?? placeholder(state, name);
    if (resource === undefined) continue;
    if (state.forced.has(name)) {
      if (view.isEarly(resource)) early.push(name);
      else owed.push(resource);
      continue;
    }
    if (state.holdings.get(name)?.known === resource.version) continue;
    if (view.isHeldBack(resource)) isHeld = true;
    else changed.push(resource);
  }
  const isNews = changed.some((resource) => state.refused.get(resource.name) !== resource.version);
  const resources = isNews && view.scope === 'all' ? [...owed, ...changed] : owed;
  isHeld ||= early.length > 0;
  // By-name types say nothing by an empty response, and clients do not wait for one.
  if (resources.length === 0) return { due: undefined, isHeld };
  const due: Due = { version: collectionVersion(view.desired), resources, removed: [], early };
  return { due, isHeld };
}

function selected(state: TypeState, desired: ReadonlyMap<string, Resource>): Iterable<Resource> {
  if (state.wildcard !== 'none') return desired.values();
  return [...state.names].flatMap((name) => desired.get(name) ?? []);
}

/**
 * A cluster whose assignment does not exist would warm for ever and hold back the whole update; with an empty one its
 * requests get a 503 instead. One that had endpoints keeps them: its cluster is about to go.
 */
function placeholder(state: TypeState, name: string): Resource | undefined {
  if (state.typeUrl !== typeUrls.endpoint) return undefined;
  const holding = state.holdings.get(name);
  return holding === undefined || holding.known === emptyAssignmentVersion ? emptyAssignment(name) : undefined;
}
