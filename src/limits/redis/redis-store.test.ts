import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { finish, renew, reserve, take } from '../testing/answers.ts';
import { nodeAt, openRedis } from '../testing/open-redis.ts';
import { describeStore } from '../testing/store-suite/describe-store.ts';

describeStore('store in a Redis', async () => {
  const redis = await startRedis();
  return { create: (now) => openRedis(redis.url, { now }), stop: () => redis.stop() };
});

describeStore('store in a Redis Cluster', async () => {
  const redis = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
  const admin = new Redis(redis.url);
  // All slots in one node. ADDSLOTSRANGE is Redis 7.
  const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
  await admin.cluster('ADDSLOTS', ...slots);
  await until('the cluster is up', async () => (await admin.cluster('INFO')).includes('cluster_state:ok'));
  admin.disconnect();
  return {
    create: (now) => openRedis({ address: { kind: 'cluster', nodes: [nodeAt(redis.url)] }, isTls: false }, { now }),
    stop: () => redis.stop(),
  };
});

describe('a store in Redis that others use too', () => {
  it('returns what a client that died had reserved, to another', async () => {
    const counter: Counter = { kind: 'fixed', key: 'c', limit: 100, windowMs: 3_600_000 };
    const redis = await startRedis();
    const [dying, living] = [await openRedis(redis.url), await openRedis(redis.url)];
    await new Promise<void>((resolve) =>
      dying.reserve({ id: 'a', ttlMs: 150, items: [{ counter, amount: 100 }] }, () => resolve()),
    );
    await dying.close();
    expect(await take(living, 'b', counter, 100)).toMatchObject({ kind: 'refused' });
    await until('its time is up', async () => (await take(living, 'b', counter, 100)).kind === 'admitted');
    await living.close();
    await redis.stop();
  });

  it('remembers a reservation as long as it is renewed, and what has ended no longer than it has to', async () => {
    const counter: Counter = { kind: 'fixed', key: 'c', limit: 100, windowMs: 3_600_000 };
    const redis = await startRedis();
    const store = await openRedis(redis.url, { retentionMs: 100_000 });
    const admin = new Redis(redis.url);
    const lifeOf = async (id: string) => admin.pttl((await admin.keys(`*:r:${id}`))[0] ?? '');
    await reserve(store, { id: 'a', ttlMs: 10_000, items: [{ counter, amount: 10 }] });
    expect(await lifeOf('a')).toBeLessThanOrEqual(110_000);
    expect(await lifeOf('a')).toBeGreaterThan(60_000);
    expect(await renew(store, [{ id: 'a', ttlMs: 500_000, counters: [counter] }])).toEqual({
      kind: 'renewed',
      ended: [],
    });
    expect(await lifeOf('a')).toBeGreaterThan(550_000);
    await finish(store, 'a', counter, 7);
    expect(await lifeOf('a')).toBeLessThanOrEqual(100_000);
    expect(await lifeOf('a')).toBeGreaterThan(50_000);
    admin.disconnect();
    await store.close();
    await redis.stop();
  });
});
