import { worstCost } from '../../../src/llm/price/worst-cost.ts';
import type { Guardrail } from '../../../src/program/guardrail.ts';
import { type Budget, isKept, type Limit } from '../../../src/program/limit.ts';
import { type Program, pricingOf, type Target } from '../../../src/program/program.ts';
import type { ExchangeFacts, Scoped } from '../../../src/program/scope.ts';
import { type Refusal, refusal } from './refusal.ts';

/** What applies to a request, as the processor collects it. */
export interface Applying {
  readonly guardrails: readonly Guardrail[];
  readonly limits: readonly Limit[];
  readonly budgets: readonly Budget[];
}

export function applyingTo({ guardrails, limits, budgets }: Program, facts: ExchangeFacts): Applying {
  return {
    guardrails: collected(guardrails, facts),
    limits: collected(limits, facts),
    budgets: collected(budgets, facts),
  };
}

function collected<T extends Scoped>(
  index: { collect(facts: ExchangeFacts, into: T[]): void },
  facts: ExchangeFacts,
): readonly T[] {
  const found: T[] = [];
  index.collect(facts, found);
  return found;
}

/**
 * Why nothing is let through although somebody would answer: a limit that cannot be kept, or a budget for what has no
 * price. `targets`: those that are in.
 */
export function whyHeldBack(
  program: Program,
  { limits, budgets }: Applying,
  model: string,
  targets: readonly Target[],
): Refusal | undefined {
  const unkept = limits.find((limit) => !isKept(limit));
  if (unkept !== undefined) {
    return refusal('limit_not_kept', `the limit ${unkept.name} cannot be kept as it is written`);
  }
  const isUnpriced = targets.some((target) => worstCost(1, 1, pricingOf(program, model, target)).kind === 'unknown');
  const denying = budgets.find(
    ({ unit, unpriced, enforce }) => isUnpriced && unit === 'nanoUsd' && unpriced === 'deny' && enforce === 'block',
  );
  return denying && refusal('budget_exceeded', `the budget ${denying.name} pays for nothing whose price is unknown`);
}
