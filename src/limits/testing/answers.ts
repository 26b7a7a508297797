import type { Counter } from '../counter.ts';
import type {
  ChargeOutcome,
  Figures,
  PeekOutcome,
  RenewOutcome,
  RenewRequest,
  ReserveItem,
  ReserveOutcome,
  ReserveRequest,
  SettleOutcome,
  Store,
  UsageRequest,
} from '../store.ts';

/** The callbacks of a store as promises, for tests that wait anyway. */
export const reserve = (store: Store, request: ReserveRequest): Promise<ReserveOutcome> =>
  new Promise((resolve) => store.reserve(request, resolve));

export const charge = (store: Store, request: UsageRequest): Promise<ChargeOutcome> =>
  new Promise((resolve) => store.charge(request, resolve));

export const settle = (store: Store, request: UsageRequest): Promise<SettleOutcome> =>
  new Promise((resolve) => store.settle(request, resolve));

export const renew = (store: Store, requests: readonly RenewRequest[]): Promise<RenewOutcome> =>
  new Promise((resolve) => store.renew(requests, resolve));

export const peek = (store: Store, counters: readonly Counter[]): Promise<PeekOutcome> =>
  new Promise((resolve) => store.peek(counters, resolve));

export async function figures(store: Store, counter: Counter): Promise<Figures> {
  const outcome = await peek(store, [counter]);
  const [first] = outcome.kind === 'figures' ? outcome.figures : [];
  if (first === undefined) throw new Error(JSON.stringify(outcome));
  return first;
}

/** One item, a minute to live. */
export const take = (store: Store, id: string, counter: Counter, amount: number, more: Partial<ReserveItem> = {}) =>
  reserve(store, { id, ttlMs: 60_000, items: [{ counter, amount, ...more }] });

export const finish = (store: Store, id: string, counter: Counter, amount: number) =>
  settle(store, { id, items: [{ counter, amount }] });
