import type { CounterReport, Store } from './store.ts';

export interface Reconciliation {
  readonly counters: number;
  /** Counters whose reserved figure differs from the sum of their reservations; empty in a sound store. */
  readonly drifting: readonly CounterReport[];
}

/** Compares the figures of counters with the reservations behind them. Walks the store: every few minutes at most. */
export async function reconcile(store: Store, prefix = ''): Promise<Reconciliation> {
  const reports = await store.list(prefix);
  return {
    counters: reports.length,
    drifting: reports.filter((report) => report.drift !== 0),
  };
}
