import type {
  ChargeOutcome,
  ItemMode,
  ReserveOutcome,
  SettleOutcome,
  Store,
  UsageItem,
} from '../../../limits/store.ts';
import type { Budget } from '../../../program/limit.ts';
import type { Metering, UsedAmounts } from '../../between-stages/metering.ts';
import type { Rejection } from '../../rejection.ts';
import type { Alerts } from './alerts.ts';
import { amountAt, type Charge, usedOf } from './charge.ts';
import type { Renewable } from './renewals.ts';

type Admitted = Extract<ReserveOutcome, { readonly kind: 'admitted' }>;

/** Beyond what was reserved, the store is asked whether there is room each time so many tokens have come. */
const overrunStep = 128;

/** What a request holds of its limits and budgets until it is over. */
export class Reservation implements Renewable {
  readonly id: string;
  readonly store: Store;
  readonly charges: readonly Charge[];
  readonly grants: Admitted['grants'];
  readonly modes: readonly ItemMode[] | undefined;
  /** Output tokens with which the store is asked next. */
  private askAt = 0;
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
      for (const [index, charge] of open.entries()) {
        const figures = outcome.kind === 'settled' ? outcome.figures[index] : undefined;
        if (figures !== undefined) alerts.heard(charge, figures);
        if (isUnheard(outcome)) alerts.unheard(charge);
      }
    });
  }

  /** Whether a stream must end because a hard budget has no room for more. Asks the store now and then, not each time. */
  overrun(metering: Metering, outputTokens: number, alerts: Alerts): Rejection | undefined {
    if (this.exhausted === undefined && outputTokens >= this.askAt) this.askForRoom(metering, outputTokens, alerts);
    // A store in memory has answered by now.
    return this.exhausted && { code: 'budget_exceeded', params: { limit: this.exhausted.name } };
  }

  private askForRoom(metering: Metering, outputTokens: number, alerts: Alerts): void {
    const running = this.open().map((charge) => ({ charge, amount: amountAt(charge, metering, outputTokens) ?? 0 }));
    if (!running.some(({ charge, amount }) => endsStreams(charge) && amount > this.grantedTo(charge))) return;
    this.askAt = outputTokens + overrunStep;
    const items = running.map(({ charge, amount }) => usageItem(charge, Math.max(amount, this.grantedTo(charge))));
    this.store.charge({ id: this.id, items }, (outcome) => {
      for (const [index, { charge }] of running.entries()) {
        const figures = outcome.kind === 'charged' ? outcome.items[index] : undefined;
        if (figures !== undefined) alerts.heard(charge, figures);
        if (isUnheard(outcome)) alerts.unheard(charge);
      }
      if (outcome.kind !== 'charged') return;
      const ending = running.find(
        ({ charge }, index) => endsStreams(charge) && outcome.items[index]?.hasRoom === false,
      );
      this.exhausted = ending?.charge.source as Budget | undefined;
    });
  }

  /** Those that are settled. Requests per window were counted when they were admitted. */
  private open(): readonly Charge[] {
    return this.charges.filter(({ item }) => item.isFinal !== true);
  }

  private grantedTo(charge: Charge): number {
    return this.grants[this.charges.indexOf(charge)]?.granted ?? 0;
  }
}

function isUnheard(outcome: ChargeOutcome | SettleOutcome): boolean {
  return outcome.kind === 'unavailable' ? outcome.mayHaveHappened : 'isUnheard' in outcome;
}

export function endsStreams({ isBudget, source }: Charge): boolean {
  return isBudget && (source as Budget).endStreams && (source as Budget).enforce === 'block';
}

function usageItem({ item }: Charge, amount: number): UsageItem {
  const { counter, isWatched, onStoreFailure } = item;
  return {
    counter,
    amount,
    ...(isWatched !== undefined && { isWatched }),
    ...(onStoreFailure !== undefined && { onStoreFailure }),
  };
}
