/** What the server knows of one client's view of one resource type. One per stream and type, gone with the stream. */
export interface TypeState {
  readonly typeUrl: string;
  /** A request of this type has come in on this stream. */
  hasRequested: boolean;
  /** Every resource of the type, whether subscribed to by `*` or, as older clients do, by naming nothing. */
  wildcard: 'none' | 'legacy' | 'explicit';
  /** Once a request has held a name (or `*`), an empty list no longer means everything. */
  hasEverNamed: boolean;
  readonly names: Set<string>;
  /** What was last sent, by name: compared with the desired versions to find what to send. */
  readonly known: Map<string, string>;
  /** What the client last accepted: where `known` returns to after a refusal. */
  readonly accepted: Map<string, string>;
  /** Every name ever sent or claimed by the client: a refused resource may be live and must still be removed. */
  readonly everSent: Set<string>;
  /** Names to answer whatever the client is believed to hold. */
  readonly forced: Set<string>;
  /** The next response must go out even if it is empty: Envoy's start waits for it. */
  mustAnswer: boolean;
  inFlight: InFlight | undefined;
  lastNonce: string;
  nonceCount: number;
  /** Signature of the content that was refused. Nothing is sent while what would be sent still has it. */
  refused: string | undefined;
  lastNack: Nack | undefined;
  /** SotW: signature of what was last sent. */
  lastSelection: string | undefined;
}

export interface InFlight {
  readonly nonce: string;
  readonly sentAt: number;
  /** Names in the response with their versions; undefined: removed. */
  readonly versions: ReadonlyMap<string, string | undefined>;
  readonly signature: string;
}

export interface Nack {
  readonly text: string;
  readonly names: readonly string[];
  readonly at: number;
}

export function createTypeState(typeUrl: string): TypeState {
  return {
    typeUrl,
    hasRequested: false,
    wildcard: 'none',
    hasEverNamed: false,
    names: new Set(),
    known: new Map(),
    accepted: new Map(),
    everSent: new Set(),
    forced: new Set(),
    mustAnswer: false,
    inFlight: undefined,
    lastNonce: '',
    nonceCount: 0,
    refused: undefined,
    lastNack: undefined,
    lastSelection: undefined,
  };
}

/** What a request said of the response it answers. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'ack'; readonly names: readonly string[] }
  | { readonly kind: 'nack'; readonly names: readonly string[]; readonly text: string };

export const noAnswer: Answer = { kind: 'none' };

export function nextNonce(state: TypeState): string {
  state.nonceCount++;
  state.lastNonce = String(state.nonceCount);
  return state.lastNonce;
}

/**
 * The client answered the response in flight. A refusal takes back what the client is believed to hold and remembers
 * the content, so that it is not sent again before it changes.
 */
export function settle(state: TypeState, error: string | undefined, now: number): Answer {
  const flight = state.inFlight;
  if (flight === undefined) return noAnswer;
  state.inFlight = undefined;
  const names = [...flight.versions.keys()];
  if (error === undefined) {
    for (const [name, version] of flight.versions) {
      if (version === undefined) state.accepted.delete(name);
      else state.accepted.set(name, version);
    }
    state.refused = undefined;
    state.lastNack = undefined;
    return { kind: 'ack', names };
  }
  for (const name of names) {
    const version = state.accepted.get(name);
    if (version === undefined) state.known.delete(name);
    else state.known.set(name, version);
    state.everSent.add(name);
  }
  state.refused = flight.signature;
  state.lastNack = { text: error, names, at: now };
  return { kind: 'nack', names, text: error };
}
