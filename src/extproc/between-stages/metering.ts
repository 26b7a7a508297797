import type { CostBound, CostExpression } from '../../program/limit.ts';
import type { Rejection } from '../rejection.ts';

/** What a request has used, in the units of limits and budgets. */
export interface UsedAmounts {
  readonly input: number;
  readonly output: number;
  readonly total: number;
  /** Undefined: nobody can say what it cost. */
  readonly nanoUsd: number | undefined;
  /** The provider goes on with it, out of sight: more will be used than these say. */
  readonly goesOn: boolean;
  /** By a cost of the policy's own; undefined: nobody can say. */
  cost(expression: CostExpression): number | undefined;
}

/** Measures one request: before it leaves by estimate, while its answer passes, and when it is over. */
export interface Metering {
  readonly estimatedInput: number;
  /** Most output tokens that the caller lets the request make; undefined: it sets no bound. */
  readonly outputCap: number | undefined;
  /** The most that the request can cost with so many output tokens; undefined: nobody can say. */
  worstNanoUsd(outputTokens: number): number | undefined;
  /** What it can come to by a cost of the policy's own. */
  boundCost(expression: CostExpression, outputTokens: number): CostBound;
  /** Set by whoever bounds an answer that is under way: asked behind each of its pieces. */
  onProgress: ((outputTokens: number) => Rejection | undefined) | undefined;
  /** When the request is over, however it ended. */
  used(): UsedAmounts;
}
