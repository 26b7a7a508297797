import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../e2e/support/redis.ts';
import type { Counter } from '../counter.ts';
import type { OnStoreFailure, ReserveItem } from '../store.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from '../testing/answers.ts';
import { openRedis } from '../testing/open-redis.ts';
import { createFailoverStore, type FailoverStore } from './failover-store.ts';

/* Somebody has put something else in the place of a counter. */

let redis: RunningRedis;
let admin: Redis;
let store: FailoverStore;
let now = Date.UTC(2026, 10, 22, 12);
let serial = 0;
const seen: string[] = [];

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
beforeEach(async () => {
  const shared = await openRedis(redis.url, { now: () => now });
  seen.length = 0;
  store = createFailoverStore({
    shared,
    replicas: () => 2,
    now: () => now,
    onAvailability: (isAvailable) => seen.push(isAvailable ? 'back' : 'away'),
    onUnreadable: (counter, isNew) => seen.push(`${isNew ? 'found' : 'found again'} ${counter}`),
    onReadable: (counter) => seen.push(`counts ${counter}`),
    onLoss: () => seen.push('lost'),
  });
});
afterEach(() => store.close());
afterAll(async () => {
  admin?.disconnect();
  await redis?.stop();
});

const id = () => `id${++serial}`;
const counter = (limit = 100): Counter => ({ kind: 'fixed', key: `limit:l${++serial}`, limit, windowMs: 3_600_000 });
const keyOf = ({ key }: Counter) => `sluice:3:{default}:c:${key}`;
const spoil = ({ key }: Counter) => admin.set(`sluice:3:{default}:c:${key}`, 'something else');
const minute = 60_000;
const item = (of: Counter, amount: number, onStoreFailure: OnStoreFailure, more: Partial<ReserveItem> = {}) => ({
  ...{ counter: of, amount, onStoreFailure },
  ...more,
});

describe('a counter that cannot be read', () => {
  it.each([
    ['a text', (key: string) => admin.set(key, 'x')],
    ['a list', (key: string) => admin.rpush(key, 'x')],
    ['a hash of somebody else', (key: string) => admin.hset(key, 'a', 'x')],
    ['a hash that is as long by chance', (key: string) => admin.hset(key, 'a', 'x'.repeat(60))],
  ])('is found where there is %s, and harms no other', async (_, put) => {
    const [bad, good] = [counter(), counter()];
    await put(keyOf(bad));
    for (let n = 1; n <= 5; n++) {
      const items = [item(bad, 10, 'open'), item(good, 10, 'closed')];
      expect(await reserve(store, { id: id(), ttlMs: minute, items })).toMatchObject({
        kind: 'admitted',
        modes: ['open', 'shared'],
        grants: [
          { granted: 10, used: 0 },
          { granted: 10, used: 10 * n },
        ],
      });
    }
    expect(store.isSharedAvailable).toBe(true);
    expect(seen).toEqual([`found ${bad.key}`]);
    expect(await store.listUnreadable('')).toContain(bad.key);
    expect((await store.list(good.key)).map(({ drift }) => drift)).toEqual([0]);
    expect(await store.reset({ keys: [bad.key] })).toBe(1);
  });

  it.each<[OnStoreFailure, object]>([
    ['closed', { kind: 'refused', index: 1, reason: 'store-failure', modes: ['shared', 'closed'] }],
    ['open', { kind: 'admitted', modes: ['shared', 'open'] }],
    ['local', { kind: 'refused', index: 1, reason: 'exhausted', modes: ['shared', 'local'] }],
  ])('is %s as its limit says, and what others gave is given back', async (mode, expected) => {
    const [good, bad] = [counter(), counter()];
    await spoil(bad);
    // More than the share of one of two replicas.
    const items = [item(good, 60, 'closed'), item(bad, 60, mode)];
    expect(await reserve(store, { id: id(), ttlMs: minute, items })).toMatchObject(expected);
    expect(await figures(store, good)).toMatchObject({ reserved: mode === 'open' ? 60 : 0 });
  });

  it('counts alone what others have room for, and nothing where they have none', async () => {
    const [bad, requests, good] = [counter(), counter(), counter(50)];
    await spoil(bad);
    await spoil(requests);
    const ask = (name: string, amount: number) =>
      reserve(store, {
        id: name,
        ttlMs: minute,
        items: [
          item(bad, amount, 'local'),
          item(requests, 1, 'local', { isFinal: true }),
          item(good, amount, 'closed'),
        ],
      });
    const name = id();
    expect(await ask(name, 40)).toMatchObject({
      kind: 'admitted',
      modes: ['local', 'local', 'shared'],
      grants: [
        { used: 40, remaining: 10 },
        { used: 1, remaining: 49 },
        { used: 40, remaining: 10 },
      ],
    });
    expect(await ask(id(), 60)).toMatchObject({ kind: 'refused', index: 0, modes: ['local', 'local', 'shared'] });
    await finish(store, id(), good, 10);
    expect(await ask(id(), 10)).toMatchObject({
      kind: 'refused',
      index: 2,
      reason: 'exhausted',
      figures: [undefined, undefined, { remaining: 0 }],
    });
    const usage = (amount: number) => ({
      id: name,
      items: [item(bad, amount, 'local'), item(good, amount, 'closed')],
    });
    expect(await charge(store, usage(45))).toMatchObject({ items: [{ hasRoom: true }, { hasRoom: false, used: 55 }] });
    expect(await settle(store, usage(20))).toMatchObject({ kind: 'settled', figures: [{}, { used: 30, reserved: 0 }] });
    expect(await settle(store, usage(20))).toMatchObject({ kind: 'already-settled' });
    expect(await ask(id(), 10)).toMatchObject({ grants: [{ used: 30 }, { used: 2 }, { used: 40 }] });
  });

  it('is asked for again now and then, and counts when it has been reset', async () => {
    const bad = counter();
    await spoil(bad);
    const ask = () => take(store, id(), bad, 1, { onStoreFailure: 'open' });
    await ask();
    now += 1_001;
    expect(await ask()).toMatchObject({ modes: ['open'] });
    expect(await store.reset({ keys: [bad.key] })).toBe(1);
    expect(await ask()).toMatchObject({ modes: ['open'] });
    now += 1_001;
    const outcome = await ask();
    expect(outcome).toMatchObject({ kind: 'admitted', grants: [{ used: 1 }] });
    expect(outcome).not.toHaveProperty('modes');
    expect(seen).toEqual([`found ${bad.key}`, `found again ${bad.key}`, `counts ${bad.key}`]);
  });

  it('that is spoilt while a request runs does not keep the others from being settled, once', async () => {
    const [good, bad] = [counter(), counter()];
    const name = id();
    const items = [item(good, 40, 'closed'), item(bad, 40, 'closed')];
    await reserve(store, { id: name, ttlMs: minute, items });
    await spoil(bad);
    expect(await renew(store, [{ id: name, ttlMs: 2 * minute, counters: [good, bad] }])).toMatchObject({
      kind: 'renewed',
    });
    now += minute + 1;
    expect(await figures(store, good)).toMatchObject({ reserved: 40 });
    const usage = { id: name, items: [item(good, 30, 'closed'), item(bad, 30, 'closed')] };
    expect(await settle(store, usage)).toMatchObject({ kind: 'settled', figures: [{ used: 30, reserved: 0 }, {}] });
    expect(await settle(store, usage)).toMatchObject({ kind: 'already-settled' });
    expect(await figures(store, good)).toMatchObject({ used: 30 });
    expect(await peek(store, [bad])).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining(keyOf(bad)),
    });
    expect(store.isSharedAvailable).toBe(true);
  });

  it('does not keep what waited for the store from reaching it', async () => {
    const own = await startRedis();
    const shared = await openRedis(own.url, { commandTimeoutMs: 60 });
    const failover = createFailoverStore({ shared, replicas: () => 1, probeEveryMs: 20 });
    const client = new Redis(own.url);
    const [good, bad] = [counter(), counter()];
    await client.set(keyOf(bad), 'x');
    own.pause();
    for (let n = 0; n < 3; n++) {
      await settle(failover, {
        id: `w${n}`,
        items: [
          { counter: bad, amount: 5 },
          { counter: good, amount: 5 },
        ],
      });
    }
    expect(failover.queuedSettlements).toBe(3);
    own.resume();
    await expect.poll(() => failover.queuedSettlements).toBe(0);
    await expect.poll(() => failover.isSharedAvailable).toBe(true);
    expect((await figures(failover, good)).used).toBe(15);
    client.disconnect();
    await failover.close();
    await own.stop();
  });
});
