import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../e2e/support/redis.ts';
import { type Random, seededRandom } from '../lib/testing/random.ts';
import type { Counter } from './counter.ts';
import { createMemoryStore } from './memory/memory-store.ts';
import type { ReserveItem, Store, UsageItem } from './store.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from './testing/answers.ts';
import { openRedis } from './testing/open-redis.ts';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

function countersOf(name: string): readonly [Counter, ...Counter[]] {
  return [
    { kind: 'bucket', key: `${name}:bucket`, limit: 1_000, windowMs: 7_000 },
    { kind: 'fixed', key: `${name}:fixed`, limit: 1_500, windowMs: 20_000 },
    { kind: 'calendar', key: `${name}:calendar`, limit: 5_000, unit: 'minute', timeZone: 'UTC' },
    { kind: 'rolling', key: `${name}:rolling`, limit: 2_000, windowMs: 30_000, slices: 5 },
    { kind: 'concurrency', key: `${name}:concurrency`, limit: 8 },
  ];
}

function someItems(
  random: Random,
  counters: readonly [Counter, ...Counter[]],
  largest: number,
): readonly ReserveItem[] {
  const chosen = counters.filter(() => random.below(2) === 0);
  return (chosen.length === 0 ? [counters[0]] : chosen).map((counter) => ({
    counter,
    amount: counter.kind === 'concurrency' ? 1 : random.below(largest),
    ...(random.below(4) === 0 ? { atLeast: random.below(50) } : {}),
    ...(random.below(4) === 0 ? { sharesRest: true } : {}),
    ...(random.below(10) === 0 ? { isAdvisory: true } : {}),
    ...(random.below(10) === 0 && counter.kind !== 'concurrency' ? { isFinal: true } : {}),
    ...(random.below(3) > 0 ? { isWatched: true } : {}),
  }));
}

/** Now and then the limit has changed meanwhile; but how a bucket drained until then is not the same for both. */
function usedOf(random: Random, { counter }: ReserveItem): UsageItem {
  const limit = counter.kind !== 'bucket' && random.below(4) === 0 ? counter.limit * 2 : counter.limit;
  return { counter: { ...counter, limit }, amount: random.below(900), isWatched: random.below(3) > 0 };
}

describe('random interleavings', () => {
  it('have the same answers in memory and in Redis, to the last figure', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed);
      let now = Date.UTC(2026, 10, 21);
      const memory = createMemoryStore({ now: () => now });
      const clients: Store[] = [];
      for (let n = 0; n < 3; n++) clients.push(await openRedis(redis.url, { now: () => now }));
      const counters = countersOf(`same-${seed}`);
      const living: { id: string; items: readonly ReserveItem[] }[] = [];
      for (let step = 0; step < 250; step++) {
        const store = clients[random.below(3)] ?? memory;
        now += random.below(10) === 0 ? random.below(20_000) : random.below(500);
        const ask = async <T>(question: (of: Store) => Promise<T>): Promise<void> => {
          expect(await question(store), `seed ${seed}, step ${step}`).toEqual(await question(memory));
        };
        const some = living[random.below(living.length)];
        const action = random.below(10);
        if (some === undefined || action < 5) {
          const request = {
            id: `${seed}-${step}`,
            ttlMs: 1 + random.below(20_000),
            items: someItems(random, counters, 800),
          };
          await ask((of) => reserve(of, request));
          living.push(request);
        } else if (action < 8) {
          const items = some.items.filter((item) => item.isFinal !== true);
          const request = { id: some.id, items: items.map((item) => usedOf(random, item)) };
          await ask((of) => settle(of, request));
          if (random.below(3) > 0) living.splice(living.indexOf(some), 1);
        } else if (action === 8) {
          const request = {
            id: some.id,
            items: some.items.map((item) => usedOf(random, item)),
          };
          await ask((of) => charge(of, request));
        } else {
          const counters = some.items.filter((item) => item.isFinal !== true).map((item) => item.counter);
          await ask((of) => renew(of, [{ id: some.id, ttlMs: 15_000, counters }]));
        }
      }
      // Not in between: a bucket that is looked at in memory takes back what is over there and then.
      expect(await peek(clients[0] as Store, counters)).toEqual(await peek(memory, counters));
      for (const client of clients) {
        expect((await client.list(`same-${seed}`)).filter((report) => report.drift !== 0)).toEqual([]);
        await client.close();
      }
    }
  }, 60_000);

  it('of three clients exceed no limit, and end at zero once all is settled or over', async () => {
    const clients: Store[] = [];
    for (let n = 0; n < 3; n++) clients.push(await openRedis(redis.url));
    const counters: readonly [Counter, ...Counter[]] = [
      { kind: 'rolling', key: 'zero:rolling', limit: 3_000, windowMs: 3_600_000 },
      { kind: 'calendar', key: 'zero:year', limit: 4_000, unit: 'year', timeZone: 'UTC' },
      { kind: 'concurrency', key: 'zero:concurrency', limit: 12 },
    ];
    const random = seededRandom(7);
    let admitted = 0;
    const one = async (client: Store, id: string): Promise<void> => {
      const items = counters.map((counter) => ({
        counter,
        amount: counter.kind === 'concurrency' ? 1 : 1 + random.below(600),
      }));
      const outcome = await reserve(client, { id, ttlMs: 300, items });
      if (outcome.kind === 'unavailable') throw new Error(outcome.message);
      const seen = outcome.kind === 'admitted' ? outcome.grants : outcome.figures;
      for (const [index, figure] of seen.entries())
        expect(figure?.used).toBeLessThanOrEqual(counters[index]?.limit ?? 0);
      if (outcome.kind !== 'admitted') return;
      admitted += 1;
      await new Promise((resolve) => setTimeout(resolve, random.below(8)));
      // A third is forgotten: its process died.
      if (random.below(3) > 0) await settle(client, { id, items: counters.map((counter) => ({ counter, amount: 0 })) });
    };
    for (let round = 0; round < 12; round++) {
      await Promise.all(
        clients.flatMap((client, at) => Array.from({ length: 10 }, (_, n) => one(client, `${round}-${at}-${n}`))),
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(admitted).toBeGreaterThan(30);
    await new Promise((resolve) => setTimeout(resolve, 310));
    for (const counter of counters) {
      expect(await figures(clients[0] as Store, counter)).toEqual({
        remaining: counter.limit,
        used: 0,
        reserved: 0,
        resetMs: 0,
      });
    }
    expect((await clients[1]?.list('zero:'))?.map((report) => report.drift)).toEqual([0, 0, 0]);
    for (const client of clients) await client.close();
  });

  it('let exactly as many of 1,000 from two clients pass as there is room for, though one dies', async () => {
    const [dying, living] = [await openRedis(redis.url), await openRedis(redis.url)];
    const counter: Counter = { kind: 'calendar', key: 'thousand', limit: 50_000, unit: 'year', timeZone: 'UTC' };
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        reserve(n % 2 === 0 ? dying : living, { id: `t${n}`, ttlMs: 1_500, items: [{ counter, amount: 500 }] }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'admitted')).toHaveLength(100);
    await dying.close();
    for (const [n, outcome] of outcomes.entries()) {
      if (n % 2 === 1 && outcome.kind === 'admitted') await finish(living, `t${n}`, counter, 0);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_550));
    expect(await figures(living, counter)).toMatchObject({ used: 0, reserved: 0, remaining: 50_000 });
    expect(await take(living, 'after', counter, 50_000)).toMatchObject({ kind: 'admitted' });
    await living.close();
  });
});
