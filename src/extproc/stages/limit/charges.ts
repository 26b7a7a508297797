import { type Budget, isKept, type Limit } from '../../../program/limit.ts';
import { isUnlisted } from '../../../program/program.ts';
import type { ExchangeFacts } from '../../../program/scope.ts';
import type { Metering } from '../../between-stages/metering.ts';
import type { Exchange } from '../../exchange.ts';
import { factsOf } from '../../facts.ts';
import { type Charge, chargeOfBudget, chargeOfLimit } from './charge.ts';
import { DistinctCounters } from './distinct-values.ts';

/** A request of which somebody has said how much of it may be, and nobody can count it: it does not go out. */
export interface Uncountable {
  readonly uncountable: Limit | Budget;
}

/** What requests are charged with. Remembers the values of counters that callers choose. */
export class Charges {
  private readonly now: () => number;
  private readonly distinct = new DistinctCounters();
  // Filled and read within one call: the lists of all requests.
  private readonly limits: Limit[] = [];
  private readonly budgets: Budget[] = [];

  constructor(now: () => number) {
    this.now = now;
  }

  /** All of them, or the limit that nobody can keep, or the budget that refuses what has no price. */
  of(exchange: Exchange): readonly Charge[] | Uncountable {
    const { program, metering = unmeasured, model } = exchange;
    const facts = factsOf(exchange);
    program.limits.collect(facts, this.limits);
    program.budgets.collect(facts, this.budgets);
    if (this.limits.length === 0 && this.budgets.length === 0) return none;
    const isModelOpen = model !== undefined && isUnlisted(program, model);
    const charges: Charge[] = [];
    for (const each of this.limits) {
      if (!isKept(each)) return { uncountable: each };
      charges.push(chargeOfLimit(each, this.counterValue(each, facts, isModelOpen), metering));
    }
    for (const each of this.budgets) {
      const charge = chargeOfBudget(each, this.counterValue(each, facts, isModelOpen), metering, this.now());
      if (charge !== 'unpriced') charges.push(charge);
      else if (each.unpriced === 'deny' && each.enforce === 'block') return { uncountable: each };
    }
    return charges;
  }

  /** `isModelOpen`: callers choose the name of the model, too. */
  private counterValue(source: Limit | Budget, facts: ExchangeFacts, isModelOpen: boolean): string {
    const { counter } = source;
    const value = counter.keyOf(facts);
    if (!counter.isOpenEnded && !(isModelOpen && counter.per.includes('model'))) return value;
    return this.distinct.of(source).admit(value, this.now());
  }
}

const none: readonly Charge[] = [];
const nothing = { model: '', backend: '', route: '', input: 0, output: 0 };

/** A request whose body nobody has read. */
export const unmeasured: Metering = {
  estimatedInput: 0,
  outputCap: undefined,
  worstNanoUsd: () => undefined,
  boundCost: (expression) => expression.bound(nothing),
  onProgress: undefined,
  used: () => ({ input: 0, output: 0, total: 0, nanoUsd: 0, goesOn: false, cost: () => 0 }),
};
