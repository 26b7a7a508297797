import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import type { Counter } from '../counter.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import type { Store } from '../store.ts';
import { charge, figures, finish, renew, reserve, settle, take } from '../testing/answers.ts';
import { createLeasedStore } from './leased-store.ts';

const budget: Counter = { kind: 'calendar', key: 'budget', limit: 1_000, unit: 'year', timeZone: 'UTC' };

function open(allotment = 100) {
  const clock = { now: Date.UTC(2026, 10, 21) };
  const memory = createMemoryStore({ now: () => clock.now });
  let asked = 0;
  const shared: Store = {
    ...memory,
    reserve(request, done) {
      asked += 1;
      memory.reserve(request, done);
    },
    close: async () => undefined,
  };
  const lease = () => createLeasedStore({ shared, allotmentOf: () => allotment, now: () => clock.now });
  return { clock, shared, lease, asked: () => asked };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a store with leases', () => {
  it('asks the shared store once for many requests', async () => {
    const { lease, asked } = open();
    const store = lease();
    for (let n = 0; n < 15; n++) {
      expect(await take(store, `r${n}`, budget, 5)).toMatchObject({ kind: 'admitted' });
      await finish(store, `r${n}`, budget, 5);
    }
    expect(asked()).toBe(1);
    await store.close();
  });

  it('takes no lease where it would not be asked for one', async () => {
    const { shared, asked } = open();
    const atOnce: Counter = { kind: 'concurrency', key: 'at-once', limit: 10 };
    const both = createLeasedStore({ shared, allotmentOf: ({ kind }) => (kind === 'concurrency' ? undefined : 100) });
    for (let n = 0; n < 3; n++) {
      const items = [
        { counter: budget, amount: 5 },
        { counter: atOnce, amount: 1 },
      ];
      expect(await reserve(both, { id: `both${n}`, ttlMs: 1_000, items })).toMatchObject({ kind: 'admitted' });
    }
    for (let n = 0; n < 3; n++) await take(both, `large${n}`, budget, 101);
    expect(asked()).toBe(6);
    await both.close();
  });

  it('never leases to those who share the rest: what others hold on lease would be missing from it', async () => {
    const { lease, shared, asked } = open();
    const [one, other] = [lease(), lease()];
    const rest = { sharesRest: true };
    for (let n = 0; n < 4; n++) {
      expect(await take(n % 2 === 0 ? one : other, `r${n}`, budget, 5, rest)).toMatchObject({ kind: 'admitted' });
      await finish(n % 2 === 0 ? one : other, `r${n}`, budget, 240);
    }
    expect(asked()).toBe(4);
    expect(await take(one, 'large', budget, 100, rest)).toMatchObject({ grants: [{ granted: 20 }] });
    expect(await take(other, 'beside', budget, 100, rest)).toMatchObject({ grants: [{ granted: 10 }] });
    await finish(one, 'large', budget, 35);
    await finish(other, 'beside', budget, 4);
    expect(await take(other, 'last', budget, 100, rest)).toMatchObject({ grants: [{ granted: 1, remaining: 0 }] });
    await finish(other, 'last', budget, 300);
    for (const store of [one, other]) {
      expect(await take(store, `behind${store === one}`, budget, 1, rest)).toMatchObject({ kind: 'refused' });
      await store.close();
    }
    expect(await figures(shared, budget)).toMatchObject({ used: 1_299, reserved: 0 });
  });

  it('leaves exactly what was used when it gives back its leases', async () => {
    const { lease, shared } = open();
    const store = lease();
    for (let n = 0; n < 40; n++) {
      await take(store, `r${n}`, budget, 20);
      await finish(store, `r${n}`, budget, 7);
    }
    await store.close();
    expect(await figures(shared, budget)).toMatchObject({ used: 280, reserved: 0 });
  });

  it('exceeds no limit with three processes, at whatever moments', async () => {
    const { lease, shared } = open(150);
    const stores = [lease(), lease(), lease()];
    const random = seededRandom(3);
    let held = 0;
    const living: { store: Store; id: string; amount: number }[] = [];
    for (let step = 0; step < 600; step++) {
      const store = stores[random.below(3)] as Store;
      if (random.below(3) > 0) {
        const amount = random.below(90);
        const outcome = await take(store, `s${step}`, budget, amount);
        if (outcome.kind === 'admitted') {
          held += amount;
          living.push({ store, id: `s${step}`, amount });
        }
      } else {
        const [done] = living.splice(random.below(living.length), 1);
        if (done === undefined) continue;
        await finish(done.store, done.id, budget, 0);
        held -= done.amount;
      }
      expect(held).toBeLessThanOrEqual(1_000);
    }
    for (const { store, id } of living) await finish(store, id, budget, 0);
    for (const store of stores) await store.close();
    expect(await figures(shared, budget)).toMatchObject({ used: 0, reserved: 0 });
  });

  it('answers and settles once by id, and lets a stream outgrow its part', async () => {
    const { lease, shared } = open();
    const store = lease();
    await take(store, 'first', budget, 1);
    const outcome = await take(store, 'a', budget, 30);
    expect(await take(store, 'a', budget, 30)).toEqual(outcome);
    const twice = [budget, budget].map((counter) => ({ counter, amount: 1 }));
    expect(await reserve(store, { id: 'twice', ttlMs: 1_000, items: twice })).toMatchObject({ cause: 'invalid' });
    const upTo = (amount: number) => charge(store, { id: 'a', items: [{ counter: budget, amount }] });
    expect(await upTo(99)).toMatchObject({ kind: 'charged', items: [{ hasRoom: true }] });
    expect(await upTo(200)).toMatchObject({ items: [{ hasRoom: false }] });
    expect(await upTo(200)).toMatchObject({ items: [{ hasRoom: true }] });
    expect(await finish(store, 'a', budget, 250)).toMatchObject({ kind: 'settled' });
    expect(await finish(store, 'a', budget, 250)).toEqual({ kind: 'already-settled' });
    await finish(store, 'first', budget, 1);
    await store.close();
    expect(await figures(shared, budget)).toMatchObject({ used: 251, reserved: 0 });
  });

  it('answers as the shared store would while one lease lasts', async () => {
    const { lease, clock, asked } = open(900);
    const [leased, plain] = [lease(), createMemoryStore({ now: () => clock.now })];
    const perMinute: Counter = { kind: 'fixed', key: 'per-minute', limit: 1_000, windowMs: 60_000 };
    // The lease is there.
    for (const store of [leased, plain]) {
      await take(store, 'first', budget, 1);
      await take(store, 'one', perMinute, 1, { isFinal: true });
    }
    const random = seededRandom(8);
    const known = new Set<string>();
    for (let step = 0; step < 150; step++) {
      const id = `r${random.below(30)}`;
      const items = [{ counter: budget, amount: 1 + random.below(8) }];
      const admission = { id, ttlMs: 60_000, items: [...items, { counter: perMinute, amount: 1, isFinal: true }] };
      const isOver = random.below(3) === 0;
      const ask = (store: Store) =>
        !known.has(id) ? reserve(store, admission) : (isOver ? settle : charge)(store, { id, items });
      expect(await ask(leased), `step ${step}`).toEqual(await ask(plain));
      known.add(id);
    }
    expect(asked()).toBe(2);
    await leased.close();
  });

  it('asks the shared store where a counter has no allotment, and takes no more than there is', async () => {
    const { shared, clock } = open();
    const store = createLeasedStore({
      shared,
      allotmentOf: ({ kind }) => (kind === 'calendar' ? 100 : undefined),
      now: () => clock.now,
    });
    const other: Counter = { kind: 'concurrency', key: 'other', limit: 1 };
    const both = [budget, other].map((counter) => ({ counter, amount: 1 }));
    expect(await reserve(store, { id: 'a', ttlMs: 1_000, items: both })).toMatchObject({ kind: 'admitted' });
    expect(await reserve(store, { id: 'b', ttlMs: 1_000, items: both })).toMatchObject({ kind: 'refused', index: 1 });
    expect(await take(store, 'c', { ...budget, key: 'small', limit: 50 }, 50)).toMatchObject({ kind: 'admitted' });
    await store.close();
  });

  it('is done with a lease when the last request on it is settled', async () => {
    const { lease, shared } = open();
    const store = lease();
    await take(store, 'a', budget, 74);
    await take(store, 'b', budget, 5);
    await finish(store, 'a', budget, 74);
    expect(await figures(shared, budget)).toMatchObject({ used: 174, reserved: 100 });
    await finish(store, 'b', budget, 5);
    await store.close();
    expect(await figures(shared, budget)).toMatchObject({ used: 79, reserved: 0 });
  });

  it('keeps a lease that is drawn from, and gives it back when it lies idle', async () => {
    vi.useFakeTimers();
    const shared = createMemoryStore();
    const store = createLeasedStore({ shared, allotmentOf: () => 100 });
    for (let n = 0; n < 8; n++) {
      await take(store, `r${n}`, budget, 1);
      await finish(store, `r${n}`, budget, 1);
      vi.advanceTimersByTime(3_000);
      expect(await figures(shared, budget), `round ${n}`).toMatchObject({ used: 100, reserved: 100 });
    }
    vi.advanceTimersByTime(10_000);
    expect(await figures(shared, budget)).toMatchObject({ used: 8, reserved: 0 });
    await store.close();
  });

  it('prolongs in the shared store what runs on no lease', async () => {
    const { lease, clock, shared } = open();
    const store = lease();
    await take(store, 'small', budget, 1);
    await take(store, 'large', budget, 101);
    clock.now += 50_000;
    const ids = ['small', 'large', 'unknown'].map((id) => ({ id, ttlMs: 60_000, counters: [budget] }));
    expect(await renew(store, ids)).toEqual({ kind: 'renewed', ended: ['unknown'] });
    clock.now += 30_000;
    expect(await figures(shared, budget)).toMatchObject({ reserved: 101 });
    await store.close();
  });

  it('gives nothing out of a lease that it could not prolong', async () => {
    const { lease, clock, shared, asked } = open();
    const store = lease();
    await take(store, 'a', budget, 1);
    await take(store, 'b', budget, 1);
    const before = asked();
    clock.now += 10_000;
    await take(store, 'c', budget, 1);
    expect(asked()).toBeGreaterThan(before);
    expect((await figures(shared, budget)).reserved).toBeLessThanOrEqual(102);
    await store.close();
  });
});
