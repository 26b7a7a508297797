import type { Resource } from '../snapshot/resource.ts';
import type { TypeState } from './type-state.ts';

/** How a type is looked at: what should be, and what must wait. */
export interface View {
  readonly desired: ReadonlyMap<string, Resource>;
  /** `owed`: only what the client asked for and waits for; the rest is not its turn yet. */
  readonly scope: 'all' | 'owed';
  /** Names a cluster that is still to be sent: not even who asked for it gets it before. */
  isEarly(resource: Resource): boolean;
  /** Names a cluster that is still to be sent, or that the client has refused. */
  isHeldBack(resource: Resource): boolean;
  /** Whether a name that is gone from the desired state may be taken from the client now. */
  isRemovable(name: string): boolean;
}

/** Contents of one response. */
export interface Due {
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
  /** Names that the client asked for and that are not in this response, since it is too early for them. */
  readonly early: readonly string[];
}

export interface Evaluation {
  readonly due: Due | undefined;
  /** Something is not due only because it has to wait. */
  readonly isHeld: boolean;
}

export interface Outgoing extends Omit<Due, 'early'> {
  readonly typeUrl: string;
  readonly nonce: string;
}

/** A client that never answers must not make the list grow; older ones could not be told apart anyway. */
const maxUnanswered = 8;

/** Takes down that this goes out now. */
export function markSent(state: TypeState, due: Due, now: number): Outgoing {
  state.nonceCount++;
  state.lastNonce = String(state.nonceCount);
  const resources = new Map(due.resources.map((resource) => [resource.name, resource]));
  for (const resource of due.resources) {
    const before = state.holdings.get(resource.name);
    state.holdings.set(resource.name, {
      known: resource.version,
      sent: resource,
      accepted: before?.accepted,
      inForce: before?.inForce,
      isLeaving: false,
    });
  }
  for (const name of due.removed) {
    const holding = state.holdings.get(name);
    if (holding !== undefined) state.holdings.set(name, { ...holding, known: undefined, isLeaving: true });
  }
  state.forced.clear();
  for (const name of due.early) state.forced.add(name);
  state.mustAnswer = false;
  state.quietFor = undefined;
  state.unanswered.push({ nonce: state.lastNonce, sentAt: now, resources, removed: due.removed });
  if (state.unanswered.length > maxUnanswered) state.unanswered.shift();
  return { ...due, typeUrl: state.typeUrl, nonce: state.lastNonce };
}
