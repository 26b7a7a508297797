import type { ItemMode, ReserveOutcome, Store, UsageItem } from '../../../limits/store.ts';
import type { Budget } from '../../../program/limit.ts';
import type { Rejection } from '../../exchange.ts';
import type { Metering, UsedAmounts } from '../../metering.ts';
import type { Alerts } from './alerts.ts';
import { amountAt, type Charge, usedOf } from './charge.ts';
import type { Renewable } from './renewals.ts';

type Admitted = Extract<ReserveOutcome, { readonly kind: 'admitted' }>;

/** Output beyond what was reserved, in tokens, until the store is asked whether there is room for it. */
const overrunStep = 128;

/** What a request holds of its limits and budgets until it is over. */
export class Reservation implements Renewable {
  readonly id: string;
  readonly store: Store;
  readonly charges: readonly Charge[];
  readonly grants: Admitted['grants'];
  readonly modes: readonly ItemMode[] | undefined;
  private askedAt = 0;
  private exhausted: Budget | undefined = undefined;

  constructor(id: string, store: Store, charges: readonly Charge[], { grants, modes }: Admitted) {
    this.id = id;
    this.store = store;
    this.charges = charges;
    this.grants = grants;
    this.modes = modes;
  }

  get counters() {
    return this.open().map(({ item }) => item.counter);
  }

  settle(used: UsedAmounts, alerts: Alerts): void {
    const open = this.open();
    if (open.length === 0) return;
    const items = open.map((charge) => usageItem(charge, usedOf(charge, used, this.grantedTo(charge))));
    this.store.settle({ id: this.id, items }, (outcome) => {
      if (outcome.kind !== 'settled') return;
      for (const [index, { isBudget, source, item }] of open.entries()) {
        const figures = outcome.figures[index];
        if (isBudget && figures !== undefined) {
          alerts.settled(source as Budget, item.counter.key, item.counter.limit, figures);
        }
      }
    });
  }

  /** Whether a stream must end because a hard budget has no room for more. Asks the store now and then, not each time. */
  overrun(metering: Metering, outputTokens: number): Rejection | undefined {
    if (this.exhausted !== undefined) {
      return { code: 'budget_exceeded', params: { limit: this.exhausted.name } };
    }
    if (outputTokens < this.askedAt + overrunStep) return undefined;
    const running = this.open().map((charge) => ({ charge, amount: amountAt(charge, metering, outputTokens) }));
    if (!running.some(({ charge, amount }) => amount !== undefined && amount > this.grantedTo(charge)))
      return undefined;
    this.askedAt = outputTokens;
    const items = running.map(({ charge, amount }) => usageItem(charge, Math.max(amount ?? 0, this.grantedTo(charge))));
    this.store.charge({ id: this.id, items }, (outcome) => {
      if (outcome.kind !== 'charged') return;
      const ending = running.find(
        ({ charge }, index) => endsStreams(charge) && outcome.items[index]?.hasRoom === false,
      );
      this.exhausted = ending?.charge.source as Budget | undefined;
    });
    return undefined;
  }

  /** Those that are settled. Requests per window were counted when they were admitted. */
  private open(): readonly Charge[] {
    return this.charges.filter(({ item }) => item.isFinal !== true);
  }

  private grantedTo(charge: Charge): number {
    return this.grants[this.charges.indexOf(charge)]?.granted ?? 0;
  }
}

export function endsStreams({ isBudget, source }: Charge): boolean {
  return isBudget && (source as Budget).endStreams && (source as Budget).enforce === 'block';
}

function usageItem({ item }: Charge, amount: number): UsageItem {
  const { counter, onStoreFailure } = item;
  return { counter, amount, ...(onStoreFailure !== undefined && { onStoreFailure }) };
}
