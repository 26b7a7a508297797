import type { Counter } from '../../counter.ts';
import type { Store } from '../../store.ts';

export const minute = 60_000;
export const day = 24 * 60 * minute;

/** What the parts of the suite share. Counters and ids are new ones each time, so the store needs no clearing. */
export interface StoreSuite {
  readonly store: Store;
  /** The clock of the store. */
  now: number;
  readonly key: () => string;
  readonly id: () => string;
  /** By the month. */
  readonly budget: (limit: number, more?: Partial<Counter>) => Counter;
  /** Each kind of counter, with a limit of 100; `concurrency`, which nothing is spent of, is the last. */
  readonly kinds: readonly (readonly [string, () => Counter])[];
}

export function createStoreSuite(storeOf: () => Store): StoreSuite {
  let serial = 0;
  const key = () => `k${++serial}`;
  const budget = (limit: number, more: Partial<Counter> = {}): Counter =>
    ({ kind: 'calendar', key: key(), limit, unit: 'month', timeZone: 'UTC', ...more }) as Counter;
  return {
    get store() {
      return storeOf();
    },
    now: Date.UTC(2026, 2, 28, 12),
    key,
    id: () => `id${++serial}`,
    budget,
    kinds: [
      ['bucket', () => ({ kind: 'bucket', key: key(), limit: 100, windowMs: minute })],
      ['fixed', () => ({ kind: 'fixed', key: key(), limit: 100, windowMs: minute })],
      ['calendar', () => budget(100)],
      ['rolling', () => ({ kind: 'rolling', key: key(), limit: 100, windowMs: 30 * day })],
      ['concurrency', () => ({ kind: 'concurrency', key: key(), limit: 100 })],
    ],
  };
}
