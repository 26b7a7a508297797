import type { Result } from '../../lib/result.ts';
import type { Dialect } from '../../llm/api.ts';
import type { Refusal } from '../dialect/refusal.ts';

/** A request that passed the checks that all APIs share. */
export interface Call {
  readonly body: Readonly<Record<string, unknown>>;
  /** Unique in the life of the server; ids of answers are made of it. */
  readonly sequence: number;
  /** Seconds since the epoch, as the `created` fields have it. */
  readonly createdAt: number;
}

export interface JsonAnswer {
  readonly kind: 'json';
  readonly body: unknown;
}

/** Server-sent events, ready to be written, apart by what a caller sees of them. */
export interface StreamAnswer {
  readonly kind: 'stream';
  /** Before anything is visible: roles, starts of blocks. */
  readonly lead: readonly string[];
  /** Each a chunk of visible content. */
  readonly content: readonly string[];
  readonly tail: readonly string[];
  /** The same stream where it fails before any content. Default: the dialect's error is all there is. */
  readonly failed?: (refusal: Refusal) => StreamAnswer;
}

export type Answer = JsonAnswer | StreamAnswer;

export interface Api {
  /** From `/v1` on. */
  readonly path: string;
  readonly dialect: Dialect;
  /** Used when the body names none; undefined makes the field required. */
  readonly defaultModel?: string;
  readonly answer: (call: Call) => Result<Answer, Refusal>;
}
