import type { Origins } from './origins.ts';
import type { Scope } from './scope.ts';

interface Counted {
  readonly name: string;
  readonly scope: Scope;
  /** One counter for each combination; `header:NAME` in lower case. Empty: one for all. */
  readonly per: readonly string[];
  /** `warn`: counts, and refuses nobody. */
  readonly enforce: 'block' | 'warn';
  readonly onStoreFailure: 'closed' | 'open' | 'local';
  readonly maxDistinct: number;
  readonly defaultOutputReserve: number;
  readonly origins: Origins;
}

/** A ceiling per window, or on what runs at once. */
export interface Limit extends Counted {
  /** `unkept`: nobody can tell what its author wants counted, so nothing that it is for may pass. */
  readonly unit: 'requests' | 'tokens' | 'inputTokens' | 'outputTokens' | 'concurrency' | 'cost' | 'unkept';
  /** What a request uses up, as an expression. Of unit cost, and only there. */
  readonly cost?: string;
  /** What each uses up that is let in, whatever comes of it, beside the expression or without one. Of unit cost only. */
  readonly perRequest?: number;
  readonly amount: number;
  /** Absent for concurrency, and for what is not kept. */
  readonly window?: Window;
  readonly algorithm: 'token-bucket' | 'fixed';
  /** A request is admitted while anything is left, and reserves half of that at most. Else all that it may use has to fit. */
  readonly admitsWhileAnythingIsLeft: boolean;
}

/** What may be spent in a period. Money is in nano-USD. */
export interface Budget extends Counted {
  readonly unit: 'nanoUsd' | 'tokens';
  readonly amount: number;
  readonly period: Window;
  readonly alertAt: readonly number[];
  readonly override?: { readonly amount: number; readonly untilMs: number };
  readonly unpriced: 'allow' | 'deny';
  readonly endStreams: boolean;
}

export type Window =
  | { readonly kind: 'rolling'; readonly lengthMs: number }
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly timeZone: string };

export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
