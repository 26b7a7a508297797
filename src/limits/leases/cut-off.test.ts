import { afterEach, expect, it, vi } from 'vitest';
import type { Counter } from '../counter.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { Store } from '../store.ts';
import { figures, finish, reserve } from '../testing/answers.ts';
import { createLeasedStore } from './leased-store.ts';

const counter: Counter = { kind: 'calendar', key: 'limit', limit: 5_000, unit: 'year', timeZone: 'UTC' };
const leaseTokens = 100;

const ttlMs = 10_000;

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['at once', 0],
  ['after a while', ttlMs],
])('processes that are cut off %s exceed a limit by one lease each, whatever runs on others', async (_, ranForMs) => {
  vi.useFakeTimers();
  const clock = { now: Date.UTC(2026, 10, 21) };
  const shared = createMemoryStore({ now: () => clock.now });
  const ofOne: Store = { ...shared, close: async () => undefined };
  const stores = [1, 2, 3].map(() =>
    createLeasedStore({ shared: ofOne, allotmentOf: () => leaseTokens, ttlMs, now: () => clock.now }),
  );
  const running: { readonly store: Store; readonly id: string }[] = [];
  const take = async (store: Store, id: string, amount: number): Promise<boolean> =>
    (await reserve(store, { id, ttlMs: 120_000, items: [{ counter, amount }] })).kind === 'admitted';
  for (let n = 0; n < 120; n++) {
    const store = stores[n % 3] as Store;
    if (await take(store, `r${n}`, 25)) running.push({ store, id: `r${n}` });
  }
  const held = running.length * 25;
  expect(held).toBe(3_000);
  for (let ran = 0; ran < ranForMs; ran += ttlMs / 10) {
    clock.now += ttlMs / 10;
    vi.advanceTimersByTime(ttlMs / 10);
  }
  // Nobody prolongs anything for a minute, and all requests run on.
  clock.now += 60_000;
  let taken = 0;
  while (await take(shared, `other${taken}`, 25)) taken += 25;
  expect(held + taken).toBeLessThanOrEqual(counter.limit + 3 * leaseTokens);
  // Whatever has been given to others meanwhile: it is counted, and once.
  for (const { store, id } of running) await finish(store, id, counter, 20);
  for (const store of stores) await store.close();
  expect(await figures(shared, counter)).toMatchObject({ used: taken + running.length * 20, reserved: taken });
  await shared.close();
});
