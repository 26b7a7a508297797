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

/** Counters whose alerts are remembered. One that is forgotten may alert again. */
const mostRemembered = 10_000;

/** Tells when usage passes a threshold: each once, until a new period begins. */
export class Alerts {
  private readonly raise: (alert: BudgetAlert) => void;
  /** The highest threshold raised, by counter. */
  private readonly raised = new Map<string, number>();

  constructor(raise: (alert: BudgetAlert) => void) {
    this.raise = raise;
  }

  /** What is only reserved may come back: it raises nothing. */
  settled(budget: Budget, counter: string, limit: number, { used, reserved }: Figures): void {
    const spent = used - reserved;
    const percent = limit === 0 ? 100 : (spent / limit) * 100;
    const before = this.raised.get(counter) ?? 0;
    const reached = budget.alertAt.findLast((threshold) => percent >= threshold) ?? 0;
    if (reached === before) return;
    this.raised.delete(counter);
    if (reached > 0) {
      const [oldest] = this.raised.keys();
      if (this.raised.size >= mostRemembered && oldest !== undefined) this.raised.delete(oldest);
      this.raised.set(counter, reached);
    }
    for (const threshold of budget.alertAt) {
      if (threshold > before && threshold <= reached) {
        this.raise({ budget: budget.name, counter, percent: threshold, used: spent, limit });
      }
    }
  }
}
