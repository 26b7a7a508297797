import { edsNameOf } from '../snapshot/references.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { type DeltaRequest, onDeltaRequest } from './delta.ts';
import { stageOf } from './order.ts';
import { onSotwRequest, type SotwRequest } from './sotw.ts';
import { type Answer, createTypeState, type TypeState } from './type-state.ts';
import { isDue, nextResponse, type OutgoingResponse, type Variant } from './variant.ts';

/** How long a stage waits for the answers to the one before it: a client need not answer what it unsubscribed. */
export const stageWaitMs = 2_000;
/** After this time an unanswered response no longer holds back newer content of its type. */
export const answerWaitMs = 10_000;

/** One client's stream: the states of its types, and which of them is told something next. No I/O, no clock. */
export interface ClientStream {
  readonly variant: Variant;
  readonly types: ReadonlyMap<string, TypeState>;
  onSotw(typeUrl: string, request: SotwRequest, now: number): Answer;
  onDelta(typeUrl: string, request: DeltaRequest, desired: Snapshot | undefined, now: number): Answer;
  /** What to send now, in order; `againAt` says when to ask again if nothing happens before. */
  due(desired: Snapshot, now: number): { readonly responses: readonly TypedResponse[]; readonly againAt?: number };
  /** Whether the client has answered the desired content of these types, as far as it asked for it. */
  isSettled(desired: Snapshot, typeUrls: readonly string[]): boolean;
}

export interface TypedResponse extends OutgoingResponse {
  readonly typeUrl: string;
}

const nothing: ReadonlyMap<string, Resource> = new Map();

export function createClientStream(variant: Variant): ClientStream {
  const types = new Map<string, TypeState>();
  const stateOf = (typeUrl: string): TypeState => {
    const known = types.get(typeUrl);
    if (known !== undefined) return known;
    const created = createTypeState(typeUrl);
    types.set(typeUrl, created);
    return created;
  };
  const desiredOf = (desired: Snapshot, typeUrl: string) => desired.resources.get(typeUrl) ?? nothing;

  /** Sends of one type; a cluster on its way makes its endpoints due, since an updated cluster warms on them anew. */
  function advance(state: TypeState, desired: Snapshot, mayRemove: boolean, now: number): TypedResponse | undefined {
    if (state.inFlight !== undefined && now - state.inFlight.sentAt < answerWaitMs) return undefined;
    const response = nextResponse(variant, state, desiredOf(desired, state.typeUrl), mayRemove, now);
    if (response === undefined) return undefined;
    if (state.typeUrl === typeUrls.cluster) forceEndpoints(response.resources);
    return { ...response, typeUrl: state.typeUrl };
  }

  function forceEndpoints(clusters: readonly Resource[]): void {
    const endpoints = types.get(typeUrls.endpoint);
    if (endpoints === undefined) return;
    for (const cluster of clusters) {
      const name = edsNameOf(cluster);
      if (name !== undefined && endpoints.names.has(name)) endpoints.forced.add(name);
    }
  }

  return {
    variant,
    types,
    onSotw: (typeUrl, request, now) => onSotwRequest(stateOf(typeUrl), request, now),
    onDelta(typeUrl, request, desired, now) {
      return onDeltaRequest(stateOf(typeUrl), request, desired ? desiredOf(desired, typeUrl) : nothing, now);
    },
    due(desired, now) {
      const responses: TypedResponse[] = [];
      const ordered = [...types.values()].sort((a, b) => stageOf(a.typeUrl) - stageOf(b.typeUrl));
      let againAt = Number.POSITIVE_INFINITY;
      /** Sends what is due stage by stage; whether it got to the end. */
      const walk = (states: readonly TypeState[], mayRemove: boolean): boolean => {
        let waitingStage: number | undefined;
        for (const state of states) {
          const stage = stageOf(state.typeUrl);
          if (waitingStage !== undefined && stage !== waitingStage) return false;
          const response = advance(state, desired, mayRemove, now);
          if (response !== undefined) responses.push(response);
          if (state.inFlight === undefined) continue;
          const { sentAt } = state.inFlight;
          if (now - sentAt < stageWaitMs) {
            waitingStage = stage;
            againAt = Math.min(againAt, sentAt + stageWaitMs);
          } else if (isDue(variant, state, desiredOf(desired, state.typeUrl))) {
            againAt = Math.min(againAt, sentAt + answerWaitMs);
          }
        }
        return waitingStage === undefined;
      };
      if (walk(ordered, false)) walk(ordered.toReversed(), true);
      return Number.isFinite(againAt) ? { responses, againAt } : { responses };
    },
    isSettled(desired, wanted) {
      return wanted.every((typeUrl) => {
        const state = types.get(typeUrl);
        if (state === undefined) return true;
        return state.inFlight === undefined && !isDue(variant, state, desiredOf(desired, typeUrl));
      });
    },
  };
}
