import type { CostBound } from '../limits/cost/bound.ts';
import type { CostExpression } from '../limits/cost/expression.ts';
import type { ExchangeFacts, Scoped } from './scope.ts';

export type { CostBound, CostExpression };

/** A ceiling per window, or on what runs at once. */
export interface Limit extends Scoped {
  readonly name: string;
  /** `unkept`: nobody can tell what it counts, so nothing that it is for may pass. */
  readonly unit: CountedUnit | 'unkept';
  /** Of unit cost, and only there: what a request uses up. Undefined where it is the same for each. */
  readonly cost: CostExpression | undefined;
  /** What each uses up that is let in, whatever comes of it, beside that. 0 but for unit cost. */
  readonly perRequest: number;
  readonly amount: number;
  /** Undefined for concurrency and what is not kept, and only there. */
  readonly window: Window | undefined;
  readonly algorithm: 'token-bucket' | 'fixed';
  /** A request is admitted while anything is left, and reserves half of that at most. Else all that it may use has to fit. */
  readonly admitsWhileAnythingIsLeft: boolean;
  /** `warn`: counts, and refuses nobody. */
  readonly enforce: 'block' | 'warn';
  readonly onStoreFailure: 'closed' | 'open' | 'local';
  /** Most counters of this limit at a time; what comes on top shares one. */
  readonly maxDistinct: number;
  /** Output tokens reserved for a request that says no cap. */
  readonly defaultOutputReserve: number;
  readonly counter: CounterTemplate;
}

export type CountedUnit = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens' | 'concurrency' | 'cost';

export type KeptLimit = Limit & { readonly unit: CountedUnit };

export function isKept(limit: Limit): limit is KeptLimit {
  return limit.unit !== 'unkept';
}

/** `rolling`: any stretch of this length. `calendar`: begins anew with each unit, as clocks of the zone show it. */
export type Window =
  | { readonly kind: 'rolling'; readonly lengthMs: number }
  | { readonly kind: 'calendar'; readonly unit: CalendarUnit; readonly timeZone: string };

export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What may be spent in a period. */
export interface Budget extends Scoped {
  readonly name: string;
  readonly unit: 'nanoUsd' | 'tokens';
  readonly amount: number;
  readonly period: Window;
  /** `warn`: counts and raises events, refuses nothing. */
  readonly enforce: 'block' | 'warn';
  /** Percent, rising. */
  readonly alertAt: readonly number[];
  /** In place of the amount until then. */
  readonly override: { readonly amount: number; readonly untilMs: number } | undefined;
  /** A request whose price is unknown: `allow` lets it through uncounted. Of no meaning for tokens. */
  readonly unpriced: 'allow' | 'deny';
  /** A stream that runs past what is left is ended. */
  readonly endStreams: boolean;
  readonly onStoreFailure: 'closed' | 'open' | 'local';
  readonly maxDistinct: number;
  readonly defaultOutputReserve: number;
  readonly counter: CounterTemplate;
}

/** The amount in force: an override counts until its end. */
export function budgetAmount({ amount, override }: Budget, nowMs: number): number {
  return override !== undefined && nowMs < override.untilMs ? override.amount : amount;
}

/** Which counter of a limit or budget a request draws on. */
export interface CounterTemplate {
  /** As policy writes them: `key`, `header:x-tenant`. Empty: one counter for all. */
  readonly per: readonly string[];
  /** True: callers choose a value, so that the number of counters needs its bound. */
  readonly isOpenEnded: boolean;
  /** `key=checkout&model=small`, values percent-encoded; empty: the one counter. */
  keyOf(facts: ExchangeFacts): string;
}
