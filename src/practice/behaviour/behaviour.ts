/** What the practice provider does instead of answering properly. */
export type Fault =
  /** An error answer in the shape of the dialect. */
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Default: 1 for 429, otherwise none. */
      readonly retryAfterSeconds?: number;
      readonly message?: string;
    }
  /** The connection ends. `how`: an orderly end of the socket, or a TCP reset. Default: close. */
  | { readonly kind: 'cut'; readonly at: CutPoint; readonly how?: 'close' | 'reset' }
  /** Status 200, and the body is an error: some servers do that. */
  | { readonly kind: 'error-under-200' }
  /** A complete HTTP answer whose last JSON text is not complete. */
  | { readonly kind: 'truncated-json' }
  /** A stream whose first event is an error; without a stream the same as `error-under-200`. */
  | { readonly kind: 'first-event-error' }
  /** The connection stays open and silent. */
  | { readonly kind: 'never-answer' };

/**
 * A number: after so many chunks of visible content. A JSON answer has one chunk, so any number cuts it in its middle,
 * and `before-content` is the same as `after-headers`.
 */
export type CutPoint = 'before-headers' | 'after-headers' | 'before-content' | number;

export interface Behaviour {
  readonly fault?: Fault;
  /** Silence before the status line. */
  readonly headersDelayMs?: number;
  /** Silence between the headers and the first visible content. */
  readonly firstChunkDelayMs?: number;
  /** Silence between two chunks of visible content. */
  readonly chunkDelayMs?: number;
  /** Compress the answer, if the client accepts it. */
  readonly gzip?: boolean;
}

/** A behaviour and the requests it is meant for; what is absent matches everything. */
export interface Rule extends Behaviour {
  readonly account?: string;
  readonly model?: string;
  /** Without the account: `/v1/chat/completions`. */
  readonly path?: string;
  /** How many requests it applies to. Default: every one until it is cleared. */
  readonly times?: number;
}

export interface Subject {
  readonly account: string | undefined;
  readonly model: string | undefined;
  readonly path: string;
}
