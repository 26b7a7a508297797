import type { Resource } from '../snapshot/resource.ts';

/** What the server knows of one client's view of one resource type. One per stream and type, gone with the stream. */
export interface TypeState {
  readonly typeUrl: string;
  /** A request of this type has come in on this stream. Only of the incremental variant. */
  hasRequested: boolean;
  /** Every resource of the type, whether subscribed to by `*` or, as older clients do, by naming nothing. */
  wildcard: 'none' | 'legacy' | 'explicit';
  /** Once a request has held a name (or `*`), an empty list no longer means everything. */
  hasEverNamed: boolean;
  readonly names: Set<string>;
  /** What the client may hold, by name: everything ever sent or claimed, until a removal of it was accepted. */
  readonly holdings: Map<string, Holding>;
  /** Names to answer whatever the client is believed to hold. */
  readonly forced: Set<string>;
  /** The next response must go out even if it is empty: Envoy's start waits for it. */
  mustAnswer: boolean;
  /** Responses that were not answered yet, oldest first. Only one is sent at a time, unless one is given up. */
  readonly unanswered: Batch[];
  lastNonce: string;
  nonceCount: number;
  /** Versions that the client refused and that it was sent nothing newer for; `removal` for a refused removal. */
  readonly refused: Map<string, string>;
  lastNack: Nack | undefined;
  /** The desired resources for which this type was last found to need nothing, so that looking again costs nothing. */
  quietFor: ReadonlyMap<string, Resource> | undefined;
}

/** What the client holds of one resource, as far as the server can know. */
export interface Holding {
  /** Version last sent. Undefined after a refusal: Envoy applies the good part of a batch and does not say which. */
  readonly known: string | undefined;
  readonly sent: Resource | undefined;
  /** Version last accepted. */
  readonly accepted: string | undefined;
  /** What the client works with, if this server sent it: accepted, or a part of a refused batch that was not at fault. */
  readonly inForce: Resource | undefined;
  /** Its removal was sent and not yet answered. */
  readonly isLeaving: boolean;
}

export interface Batch {
  readonly nonce: string;
  readonly sentAt: number;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly removed: readonly string[];
}

export interface Nack {
  readonly text: string;
  /** Everything in the refused batch. */
  readonly names: readonly string[];
  /** Those of the batch that the text names; all, when it names none. */
  readonly suspects: readonly string[];
  readonly at: number;
}

export const removal = '';

export function createTypeState(typeUrl: string): TypeState {
  return {
    typeUrl,
    hasRequested: false,
    wildcard: 'none',
    hasEverNamed: false,
    names: new Set(),
    holdings: new Map(),
    forced: new Set(),
    mustAnswer: false,
    unanswered: [],
    lastNonce: '',
    nonceCount: 0,
    refused: new Map(),
    lastNack: undefined,
    quietFor: undefined,
  };
}

export function isSubscribed(state: TypeState): boolean {
  return state.wildcard !== 'none' || state.names.size > 0;
}

/** The client has let go of a name by itself, and needs it again when it asks again. */
export function forget(state: TypeState, name: string): void {
  state.holdings.delete(name);
  state.refused.delete(name);
}
