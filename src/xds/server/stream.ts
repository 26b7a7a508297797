import { edsNameOf } from '../snapshot/references/references.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import type { Answer } from './answer.ts';
import { type DeltaRequest, deltaDue, onDeltaRequest } from './delta.ts';
import { type Evaluation, markSent, type Outgoing, type View } from './due.ts';
import { type InUse, inUseBy, namesRefusedCluster, namesUnsentCluster } from './in-use.ts';
import { inOrder, isRemovedAtOnce, stageOf } from './order.ts';
import { onSotwRequest, type SotwRequest, sotwDue } from './sotw.ts';
import { createTypeState, isSubscribed, type TypeState } from './type-state.ts';

/** How long a stage waits for the answers to the one before it: a client need not answer what it unsubscribed. */
const stageWaitMs = 2_000;
/** After this time an unanswered response no longer holds back newer content of its type. */
const answerWaitMs = 10_000;

export type Variant = 'sotw' | 'delta';

export interface DueResponses {
  readonly responses: readonly Outgoing[];
  /** When to ask again if nothing happens before. */
  readonly againAt?: number;
}

/**
 * One client's stream: the states of its types, and which of them is told something next. No I/O, no clock. The states
 * are changed in place, since a copy of ten thousand names per answer would be the cost of the server.
 */
export interface ClientStream {
  readonly variant: Variant;
  readonly types: ReadonlyMap<string, TypeState>;
  onSotw(typeUrl: string, request: SotwRequest, now: number): Answer;
  onDelta(typeUrl: string, request: DeltaRequest, now: number): Answer;
  /** What to send now, in order; counts as sent. */
  due(desired: Snapshot, now: number): DueResponses;
  /** Whether the client has answered the desired content of these types, as far as it asked for it. */
  isSettled(desired: Snapshot, typeUrls: readonly string[]): boolean;
}

const nothing: ReadonlyMap<string, Resource> = new Map();

export function createClientStream(variant: Variant): ClientStream {
  const types = new Map<string, TypeState>();
  let ordered: readonly TypeState[] = [];
  const evaluate = variant === 'sotw' ? sotwDue : deltaDue;

  function waits(desired: Snapshot): Pick<View, 'isEarly' | 'isHeldBack'> {
    const isEarly = (resource: Resource): boolean => namesUnsentCluster(types, desired, resource);
    return { isEarly, isHeldBack: (resource) => isEarly(resource) || namesRefusedCluster(types, resource) };
  }

  function stateOf(typeUrl: string): TypeState {
    const known = types.get(typeUrl);
    if (known !== undefined) return known;
    const created = createTypeState(typeUrl);
    types.set(typeUrl, created);
    ordered = [...types.values()].sort(inOrder);
    return created;
  }

  function lookAt(state: TypeState, view: View): Evaluation {
    return isQuiet(state, view.desired) ? { due: undefined, isHeld: false } : evaluate(state, view);
  }

  /** A cluster on its way makes its endpoints due, since an updated cluster warms on them anew. */
  function forceEndpoints(clusters: TypeState, sending: readonly Resource[]): void {
    const endpoints = types.get(typeUrls.endpoint);
    if (endpoints === undefined) return;
    for (const cluster of sending) {
      if (clusters.holdings.get(cluster.name)?.known === cluster.version) continue;
      const name = edsNameOf(cluster);
      if (name !== undefined && endpoints.names.has(name)) endpoints.forced.add(name);
    }
  }

  function send(state: TypeState, view: View, now: number): Outgoing | undefined {
    const { due, isHeld } = lookAt(state, view);
    if (due !== undefined && state.typeUrl === typeUrls.cluster) forceEndpoints(state, due.resources);
    const outgoing = due && markSent(state, due, now);
    // With this everything is out, so that nobody needs to look again before something changes.
    if (view.scope === 'all' && !isHeld) state.quietFor = view.desired;
    return outgoing;
  }

  function due(desired: Snapshot, now: number): DueResponses {
    const responses: Outgoing[] = [];
    let againAt = Number.POSITIVE_INFINITY;
    let inUse: InUse | undefined;

    /** Sends what is due, stage by stage; whether everything before could be sent and was answered. */
    function walk(states: readonly TypeState[], isRemoval: boolean): boolean {
      let waitingStage: number | undefined;
      for (const state of states) {
        const ofType = desired.resources.get(state.typeUrl) ?? nothing;
        const isWaiting = waitingStage !== undefined && stageOf(state.typeUrl) !== waitingStage;
        const view: View = {
          desired: ofType,
          scope: isWaiting ? 'owed' : 'all',
          ...waits(desired),
          isRemovable(name) {
            if (isRemovedAtOnce(state.typeUrl)) return true;
            if (!isRemoval) return false;
            inUse ??= inUseBy(types, desired);
            return !inUse(state.typeUrl, name);
          },
        };
        const openUntil = (state.unanswered.at(-1)?.sentAt ?? Number.NEGATIVE_INFINITY) + answerWaitMs;
        if (openUntil <= now) {
          const response = send(state, view, now);
          if (response !== undefined) responses.push(response);
        } else if (!isQuiet(state, ofType)) againAt = Math.min(againAt, openUntil);
        const sentAt = state.unanswered.at(-1)?.sentAt;
        if (sentAt === undefined || now - sentAt >= stageWaitMs || !isSubscribed(state)) continue;
        waitingStage ??= stageOf(state.typeUrl);
        againAt = Math.min(againAt, sentAt + stageWaitMs);
      }
      return waitingStage === undefined;
    }

    if (walk(ordered, false)) walk(ordered.toReversed(), true);
    return Number.isFinite(againAt) ? { responses, againAt } : { responses };
  }

  function isSettled(desired: Snapshot, typeUrl: string): boolean {
    const state = types.get(typeUrl);
    if (state === undefined || !isSubscribed(state)) return true;
    const ofType = desired.resources.get(typeUrl) ?? nothing;
    if (state.unanswered.length > 0) return false;
    const { due: left, isHeld } = lookAt(state, {
      desired: ofType,
      scope: 'all',
      ...waits(desired),
      isRemovable: () => true,
    });
    return left === undefined && !isHeld;
  }

  return {
    variant,
    types,
    onSotw: (typeUrl, request, now) => onSotwRequest(stateOf(typeUrl), request, now),
    onDelta: (typeUrl, request, now) => onDeltaRequest(stateOf(typeUrl), request, now),
    due,
    isSettled: (desired, wanted) => wanted.every((typeUrl) => isSettled(desired, typeUrl)),
  };
}

function isQuiet(state: TypeState, desired: ReadonlyMap<string, Resource>): boolean {
  return state.quietFor === desired && state.forced.size === 0 && !state.mustAnswer;
}
