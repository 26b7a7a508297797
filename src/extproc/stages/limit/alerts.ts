import type { Figures } from '../../../limits/store.ts';
import type { Charge } from './charge.ts';

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
 * Tells when spending passes a threshold of a budget. The store says how much had been spent when it was last asked, by
 * whichever processor, so that whoever is answered next tells: what was settled, and what a processor that died had
 * used of its reservations. So each threshold is told once in a period, however many processors there are.
 */
export class Alerts {
  private readonly raise: (alert: BudgetAlert) => void;
  /** Counters of which the store may have told what nobody has heard. */
  private readonly unsure = new Set<string>();

  constructor(raise: (alert: BudgetAlert) => void) {
    this.raise = raise;
  }

  /** The store has answered. What is only reserved may come back: it raises nothing. */
  heard(charge: Charge, { used, reserved, spentBefore }: Figures): void {
    if (spentBefore === undefined) return;
    const budget = charge.source.name;
    const { key: counter, limit } = charge.item.counter;
    const spent = used - reserved;
    const reached = charge.alertAt.filter((percent) => spent >= amountAt(percent, limit));
    const passed = reached.filter((percent) => spentBefore < amountAt(percent, limit));
    // Rather told again after an outage than not at all.
    const told = this.unsure.delete(counter) && passed.length === 0 ? reached.slice(-1) : passed;
    for (const percent of told) this.raise({ budget, counter, percent, used: spent, limit });
  }

  /** The store may have answered, and nobody knows what. */
  unheard({ item }: Charge): void {
    if (item.isWatched === true && this.unsure.size < mostUnsure) this.unsure.add(item.counter.key);
  }
}

/** A budget of nothing is used up by the first thing that is used. */
function amountAt(percent: number, limit: number): number {
  return Math.max(1, (limit * percent) / 100);
}
