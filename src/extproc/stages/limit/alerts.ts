import type { Figures } from '../../../limits/store.ts';
import type { Budget } from '../../../program/limit.ts';

export interface BudgetAlert {
  readonly budget: string;
  /** The counter, such as `budget:month:team=payments`. */
  readonly counter: string;
  readonly percent: number;
  readonly used: number;
  readonly limit: number;
}

/** Counters that are remembered during an outage of the store. */
const mostUnsure = 10_000;

/**
 * Tells when usage passes a threshold of a budget. Whoever settles the request that passes it tells: so it is told once
 * in a period, however many processors there are and however often they start.
 */
export class Alerts {
  private readonly raise: (alert: BudgetAlert) => void;
  /** Counters of which something was settled without an answer of the store. */
  private readonly unsure = new Set<string>();

  constructor(raise: (alert: BudgetAlert) => void) {
    this.raise = raise;
  }

  /** `own`: what was settled. What is only reserved may come back: it raises nothing. */
  settled(budget: Budget, counter: string, limit: number, own: number, { used, reserved }: Figures): void {
    const spent = used - reserved;
    const reached = (percent: number): boolean => spent >= amountAt(percent, limit);
    // Rather told again after an outage than not at all.
    if (this.unsure.delete(counter)) {
      const percent = budget.alertAt.findLast(reached);
      if (percent !== undefined) this.raise({ budget: budget.name, counter, percent, used: spent, limit });
      return;
    }
    for (const percent of budget.alertAt) {
      if (!reached(percent) || spent - own >= amountAt(percent, limit)) continue;
      this.raise({ budget: budget.name, counter, percent, used: spent, limit });
    }
  }

  /** Something was settled that the store will hear of later. */
  unanswered(counter: string): void {
    if (this.unsure.size < mostUnsure) this.unsure.add(counter);
  }
}

/** A budget of nothing is used up by the first thing that is used. */
function amountAt(percent: number, limit: number): number {
  return Math.max(1, (limit * percent) / 100);
}
