import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import type { OnStoreFailure, Store } from '../store.ts';
import { charge, figures, finish, peek, reserve, settle, take } from '../testing/answers.ts';
import { openRedis } from '../testing/open-redis.ts';
import { createFailoverStore, type FailoverOptions, type FailoverStore } from './failover-store.ts';

const opened: Store[] = [];
let redis: RunningRedis;
let serial = 0;

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  await redis.resume();
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => redis.stop());

async function open(more: Partial<FailoverOptions> = {}, commandTimeoutMs = 60): Promise<FailoverStore> {
  const shared = await openRedis(redis.url, { commandTimeoutMs });
  const store = createFailoverStore({ shared, replicas: () => 2, probeEveryMs: 20, ...more });
  opened.push(store);
  return store;
}

const counter = (): Counter => ({ kind: 'fixed', key: `c${++serial}`, limit: 100, windowMs: 3_600_000 });
const id = () => `id${++serial}`;
const back = (store: FailoverStore) =>
  until('the store is back and told', () => store.isSharedAvailable && store.queuedSettlements === 0);

describe('a store that fails over', () => {
  it.each<[OnStoreFailure, object, object]>([
    ['closed', { kind: 'refused', index: 0, reason: 'store-failure', modes: ['closed'] }, { hasRoom: false }],
    ['open', { kind: 'admitted', grants: [{ granted: 60 }], modes: ['open'] }, { hasRoom: true }],
    ['local', { kind: 'refused', index: 0, reason: 'exhausted', modes: ['local'] }, { hasRoom: false }],
  ])('is %s at admission, while streaming and at the end', async (mode, admission, streaming) => {
    // Not given up meanwhile, however long a busy machine takes.
    const store = await open({ failuresToOpen: 1_000 });
    const limited = counter();
    const running = id();
    await take(store, running, limited, 10, { onStoreFailure: mode });
    await redis.pause();
    expect(await take(store, id(), limited, 60, { onStoreFailure: mode })).toMatchObject(admission);
    const progress = await charge(store, {
      id: running,
      items: [{ counter: limited, amount: 60, onStoreFailure: mode }],
    });
    expect(progress).toMatchObject({ kind: 'charged', items: [streaming] });
    expect(await finish(store, running, limited, 60)).toEqual({ kind: 'queued', isUnheard: true });
    await redis.resume();
    await back(store);
    // A busy machine may take longer to answer than this store waits.
    await expect.poll(() => figures(store, limited)).toMatchObject({ used: mode === 'open' ? 120 : 60 });
  });

  it('gives each replica its share, and no more', async () => {
    const [one, two] = [await open(), await open()];
    const limited = counter();
    await redis.pause();
    const admitted: string[] = [];
    for (const store of [one, two]) {
      for (let n = 0; n < 6; n++) {
        const name = id();
        const outcome = await take(store, name, limited, 10, { onStoreFailure: 'local' });
        if (outcome.kind === 'admitted') admitted.push(name);
      }
    }
    expect(admitted).toHaveLength(10);
  });

  it('is closed when one of several items is, and reserves nothing of the others', async () => {
    const store = await open();
    const [local, closed, warned] = [counter(), counter(), counter()];
    await redis.pause();
    const items = [
      { counter: local, amount: 30, onStoreFailure: 'local' as const },
      { counter: warned, amount: 30, isAdvisory: true },
      { counter: closed, amount: 1 },
    ];
    expect(await reserve(store, { id: id(), ttlMs: 60_000, items })).toMatchObject({
      kind: 'refused',
      index: 2,
      reason: 'store-failure',
      modes: ['local', 'open', 'closed'],
    });
    expect(await reserve(store, { id: id(), ttlMs: 60_000, items: items.slice(0, 2) })).toMatchObject({
      kind: 'admitted',
      grants: [{ granted: 30, remaining: 20 }, { granted: 30 }],
      modes: ['local', 'open'],
    });
  });

  it('charges what was admitted alone once the store is back, exactly once', async () => {
    const store = await open();
    const limited = counter();
    await redis.pause();
    const name = id();
    await take(store, name, limited, 30, { onStoreFailure: 'local' });
    await finish(store, name, limited, 25);
    const local = await peek(store, [limited]);
    expect(local).toMatchObject({ figures: [{ used: 25, remaining: 25 }] });
    await redis.resume();
    await back(store);
    expect(await figures(store, limited)).toMatchObject({ used: 25, reserved: 0 });
    expect(await finish(store, name, limited, 25)).toEqual({ kind: 'already-settled' });
  });

  it('lets in while anything is left of its share, and tells the store how far that went past it', async () => {
    const store = await open();
    const limited = counter();
    const rest = { sharesRest: true, onStoreFailure: 'local' as const };
    await redis.pause();
    const [first, second] = [id(), id()];
    await take(store, first, limited, 20, rest);
    expect(await take(store, second, limited, 4_096, rest)).toMatchObject({
      grants: [{ granted: 15, remaining: 15 }],
      modes: ['local'],
    });
    await finish(store, first, limited, 10);
    await finish(store, second, limited, 120);
    expect(await take(store, id(), limited, 1, rest)).toMatchObject({ kind: 'refused', reason: 'exhausted' });
    await redis.resume();
    await back(store);
    expect(await take(store, id(), limited, 1, rest)).toMatchObject({
      kind: 'refused',
      figures: [{ used: 130, reserved: 0, remaining: 0 }],
    });
  });

  it('leaves what waited for the store to who watches and asks next', async () => {
    const store = await open();
    const limited = counter();
    const watched = (name: string, amount: number) =>
      settle(store, { id: name, items: [{ counter: limited, amount, isWatched: true }] });
    redis.pause();
    await until('it is found out', async () => {
      await take(store, id(), counter(), 1);
      return !store.isSharedAvailable;
    });
    expect(await watched(id(), 30)).toEqual({ kind: 'queued' });
    redis.resume();
    await back(store);
    expect(await watched(id(), 1)).toMatchObject({ figures: [{ spentBefore: 0, used: 31 }] });
  });

  it('gives back what the store may have reserved although its answer came too late', async () => {
    const store = await open();
    const limited = counter();
    await redis.pause();
    expect(await take(store, id(), limited, 40)).toMatchObject({ kind: 'refused', reason: 'store-failure' });
    await redis.resume();
    await back(store);
    expect(await figures(store, limited)).toMatchObject({ used: 0, reserved: 0 });
  });

  it('does not ask a store that is away again and again', async () => {
    const changes: boolean[] = [];
    const store = await open({ onAvailability: (isAvailable) => changes.push(isAvailable), probeEveryMs: 50 });
    await redis.pause();
    for (let n = 0; n < 3; n++) await take(store, id(), counter(), 1);
    expect(store.isSharedAvailable).toBe(false);
    let isAnswered = false;
    store.reserve({ id: id(), ttlMs: 1_000, items: [{ counter: counter(), amount: 1 }] }, () => {
      isAnswered = true;
    });
    expect(isAnswered).toBe(true);
    await redis.resume();
    await until('it is back', () => store.isSharedAvailable);
    expect(changes).toEqual([false, true]);
    expect(await take(store, id(), counter(), 1)).not.toHaveProperty('modes');
  });

  it('is not asked by requests while it only reads, and says why', async () => {
    const changes: string[] = [];
    const reasons: string[] = [];
    const options: Partial<FailoverOptions> = {
      onAvailability: (isAvailable, reason) => changes.push(isAvailable ? 'back' : reason),
      onReason: (reason) => reasons.push(reason),
      probeEveryMs: 5,
      failuresToOpen: 1,
    };
    // Patient, or that a busy machine is slow would be one more reason.
    const store = await open(options, 2_000);
    // What a probe of an earlier outage left is over: to take it away is a writing that a full store allows.
    redis.pause();
    await until('it is away', async () => (await take(store, id(), counter(), 1)) && !store.isSharedAvailable);
    redis.resume();
    await back(store);
    await sleep(1_050);
    changes.length = 0;
    const admin = new Redis(redis.url);
    const limited = counter();
    await admin.config('SET', 'maxmemory', '1');
    for (let n = 0; n < 24; n++) {
      expect(await take(store, id(), limited, 1, { onStoreFailure: 'local' })).toMatchObject({ modes: ['local'] });
      await sleep(50);
    }
    const full = 'Redis answered OOM: its memory is full, up to maxmemory';
    expect(changes).toEqual([full]);
    expect(reasons).toEqual([]);
    await admin.config('SET', 'min-replicas-to-write', '1');
    await admin.config('SET', 'maxmemory', '0');
    await until('another reason is said', () => reasons.length > 0);
    await sleep(100);
    expect(reasons).toEqual([expect.stringContaining('NOREPLICAS')]);
    await admin.config('SET', 'min-replicas-to-write', '0');
    await admin.config('SET', 'maxmemory', '0');
    await back(store);
    expect(changes).toEqual([full, 'back']);
    admin.disconnect();
  });

  it('counts the settlements that find no place in the queue', async () => {
    let losses = 0;
    const store = await open({
      queueCapacity: 2,
      onLoss: (count) => {
        losses += count;
      },
    });
    const limited = counter();
    await redis.pause();
    const outcomes = [];
    for (let n = 0; n < 4; n++) outcomes.push(await finish(store, id(), limited, 1));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['queued', 'queued', 'unavailable', 'unavailable']);
    expect(losses).toBe(2);
    opened.splice(opened.indexOf(store), 1);
    await store.close();
    expect(losses).toBe(4);
  });

  it('starts counting again in a Redis that was killed and came back empty', async () => {
    const own = await startRedis();
    const shared = await openRedis(own.url, { commandTimeoutMs: 100 });
    const store = createFailoverStore({ shared, replicas: () => 2, probeEveryMs: 20 });
    const limited = counter();
    const name = id();
    await take(store, name, limited, 40);
    await own.stop();
    expect(await take(store, id(), limited, 10, { onStoreFailure: 'local' })).toMatchObject({ modes: ['local'] });
    expect(await settle(store, { id: name, items: [{ counter: limited, amount: 35 }] })).toEqual({ kind: 'queued' });
    await until('it is found out', () => {
      store.reserve({ id: id(), ttlMs: 1_000, items: [] }, () => undefined);
      return !store.isSharedAvailable;
    });
    const again = await startRedis({ port: own.port });
    await back(store);
    expect(await figures(store, limited)).toMatchObject({ used: 35, reserved: 0 });
    await store.close();
    await again.stop();
  });
});
