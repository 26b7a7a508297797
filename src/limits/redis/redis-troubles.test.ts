import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import { createFailoverStore, type FailoverStore } from '../failover/failover-store.ts';
import { figures, finish, take } from '../testing/answers.ts';
import { openRedis, redisAt } from '../testing/open-redis.ts';
import type { RedisTarget } from './connection.ts';
import { explained } from './error-code.ts';

/* A Redis that is there and does not count, for each reason that it has words for. */

const counter = { kind: 'fixed', key: 'limit:l', limit: 100, windowMs: 3_600_000 } as const;

let redis: RunningRedis;
let admin: Redis;
let store: FailoverStore;
let serial = 0;
let said: string[] = [];
const id = () => `id${++serial}`;

async function open(where: string | RedisTarget, commandTimeoutMs: number): Promise<FailoverStore> {
  said = [];
  const shared = await openRedis(where, { commandTimeoutMs });
  return createFailoverStore({
    shared,
    replicas: () => 2,
    probeEveryMs: 20,
    onAvailability: (isAvailable, reason) => said.push(isAvailable ? 'back' : reason),
    onReason: (reason) => said.push(reason),
  });
}

/** Until it counts again, all that was settled meanwhile included. */
const back = () => until('it counts again', () => store.isSharedAvailable && store.queuedSettlements === 0);
const isAway = async (): Promise<boolean> => {
  await take(store, id(), counter, 1);
  return !store.isSharedAvailable;
};
const listed =
  (user: string, ...rules: readonly string[]) =>
  () =>
    admin.acl('SETUSER', user, ...rules);

beforeEach(async () => {
  redis = await startRedis({ acl: ['default on nopass ~* &* +@all', 'limits on >p ~sluice:* +@all'] });
  admin = new Redis(redis.url);
});
afterEach(async () => {
  await store?.close();
  admin.disconnect();
  await redis.stop();
});

describe('a store in a Redis that does not count', () => {
  it.each<[string, string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['is full', 'OOM', () => admin.config('SET', 'maxmemory', '1'), () => admin.config('SET', 'maxmemory', '0')],
    [
      'has become a replica',
      'READONLY',
      () => admin.call('REPLICAOF', '127.0.0.1', '1'),
      () => admin.call('REPLICAOF', 'NO', 'ONE'),
    ],
    [
      'is a replica without its master',
      'MASTERDOWN',
      async () => {
        await admin.config('SET', 'replica-serve-stale-data', 'no');
        await admin.call('REPLICAOF', '127.0.0.1', '1');
      },
      () => admin.call('REPLICAOF', 'NO', 'ONE'),
    ],
    [
      'has too few replicas',
      'NOREPLICAS',
      () => admin.config('SET', 'min-replicas-to-write', '1'),
      () => admin.config('SET', 'min-replicas-to-write', '0'),
    ],
    ['forbids scripts', 'NOPERM', listed('limits', '-@scripting'), listed('limits', '+@scripting')],
    ['forbids a command of the script', 'NOPERM', listed('limits', '-hset'), listed('limits', '+hset')],
    ['forbids the keys', 'NOPERM', listed('limits', 'resetkeys', '~other:*'), listed('limits', '~sluice:*')],
    [
      'has another password now',
      'WRONGPASS',
      async () => {
        await admin.acl('SETUSER', 'limits', 'resetpass', '>q');
        await admin.client('KILL', 'USER', 'limits');
      },
      listed('limits', '>p'),
    ],
  ])('because it %s says %s, leaves requests to their limits, and counts again', async (_, code, begin, end) => {
    store = await open({ ...redisAt(redis.url), username: 'limits', password: 'p' }, 2_000);
    const running = id();
    await take(store, running, counter, 10);
    await begin();
    await until('it is known', isAway);
    expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused', reason: 'store-failure' });
    const local = { onStoreFailure: 'local' } as const;
    expect(await take(store, id(), counter, 60, local)).toMatchObject({ kind: 'refused', reason: 'exhausted' });
    expect(await take(store, id(), counter, 40, local)).toMatchObject({ kind: 'admitted', modes: ['local'] });
    expect(await finish(store, running, counter, 7)).toMatchObject({ kind: 'queued' });
    await until('it is said why', () => said.some((reason) => reason.includes(explained(code))), { seen: () => said });
    expect(explained(code)).not.toBe(code);
    await end();
    await back();
    expect(said.at(-1)).toBe('back');
    // Each reason once, however often it has been heard.
    expect(said).toHaveLength(new Set(said).size);
    expect(await figures(store, counter)).toMatchObject({ used: 7, reserved: 0 });
    expect((await store.list(counter.key)).map(({ drift }) => drift)).toEqual([0]);
  });

  it('because a script runs too long says BUSY, and waits no more', async () => {
    await admin.config('SET', 'lua-time-limit', '50');
    store = await open(redis.url, 150);
    const other = new Redis(redis.url);
    const spinning = other.eval('while true do end', 0).catch((error: Error) => error.message);
    await until('it is known', isAway);
    await until('it is said why', () => said.some((reason) => reason.includes('BUSY')), { seen: () => said });
    expect(await take(store, id(), counter, 1, { onStoreFailure: 'open' })).toMatchObject({ modes: ['open'] });
    await admin.script('KILL');
    expect(await spinning).toContain('killed');
    await back();
    expect(await take(store, id(), counter, 1)).not.toHaveProperty('modes');
    other.disconnect();
  });

  it('because it still reads its data says LOADING, and counts on where it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-loading-'));
    admin.disconnect();
    await redis.stop();
    // Since Redis 7 the folder of one that runs is not to be changed.
    redis = await startRedis({ args: ['--dir', folder] });
    admin = new Redis(redis.url);
    store = await open(redis.url, 500);
    await finish(store, id(), counter, 30);
    // A Redis that loads looks at its connections after every 2 MB.
    await admin.config('SET', 'rdbcompression', 'no');
    for (let n = 0; n < 30; n++) await admin.set(`large:${n}`, Buffer.alloc(1_000_000));
    await admin.save();
    await redis.stop();
    await until('it is known', isAway);
    const starting = startRedis({
      port: redis.port,
      args: ['--dir', folder, '--key-load-delay', '50000', '--save', '', '--rdbcompression', 'no'],
    });
    await until('it is said why', () => said.some((reason) => reason.includes('LOADING')), { seen: () => said });
    expect(await take(store, id(), counter, 1)).toMatchObject({ reason: 'store-failure' });
    redis = await starting;
    await back();
    expect(await figures(store, counter)).toMatchObject({ used: 30 });
    await rm(folder, { recursive: true });
  }, 30_000);
});
