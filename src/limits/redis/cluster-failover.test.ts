import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../../../e2e/support/redis-cluster.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { createFailoverStore, type FailoverStore } from '../failover/failover-store.ts';
import type { UsageRequest } from '../store.ts';
import { figures, reserve, settle } from '../testing/answers.ts';
import { openRedis } from '../testing/open-redis.ts';

/* A Redis Cluster whose master of our counters dies, or hands over, while requests hold reservations. */

const limit: Counter = { kind: 'fixed', key: 'limit', limit: 1_000_000_000, windowMs: 3_600_000 };
const budget: Counter = { kind: 'rolling', key: 'budget', limit: 1_000_000_000, windowMs: 3_600_000 };
const places: Counter = { kind: 'concurrency', key: 'places', limit: 1_000 };
const counters = [limit, budget, places];

const reservedEach = 20;
const usedEach = 7;

let cluster: RedisCluster;
let store: FailoverStore;
let lost: number;

beforeEach(async () => {
  lost = 0;
  cluster = await startRedisCluster('default');
  const address = { kind: 'cluster', nodes: [{ host: '127.0.0.1', port: cluster.port }] } as const;
  store = createFailoverStore({
    shared: await openRedis({ address, isTls: false }, { commandTimeoutMs: 500 }),
    replicas: () => 1,
    probeEveryMs: 50,
    onLoss: (count) => {
      lost += count;
    },
  });
}, 60_000);
afterEach(async () => {
  await store?.close();
  await cluster?.stop();
});

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const items = counters.map((counter) => ({ counter, amount: counter === places ? 1 : reservedEach }));
const ttlMs = 120_000;

async function admit(ids: readonly string[]): Promise<void> {
  const outcomes = await Promise.all(ids.map((id) => reserve(store, { id, ttlMs, items })));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['admitted']));
}

function finish(ids: readonly string[]): Promise<readonly string[]> {
  const used: UsageRequest['items'] = counters.map((counter) => ({ counter, amount: usedEach }));
  return Promise.all(ids.map(async (id) => (await settle(store, { id, items: used })).kind));
}

/** Every settlement that waits has been told. */
const told = () => until('the store is back and told', () => store.isSharedAvailable && store.queuedSettlements === 0);

async function expectCounted({ settled, running }: { readonly settled: number; readonly running: number }) {
  const used = settled * usedEach + running * reservedEach;
  const reserved = running * reservedEach;
  for (const counter of [limit, budget]) expect(await figures(store, counter)).toMatchObject({ used, reserved });
  expect(await figures(store, places)).toMatchObject({ used: running, reserved: running });
  for (const report of await store.list('')) expect(report, report.counter.key).toMatchObject({ drift: 0 });
  expect(lost).toBe(0);
}

describe('reservations in a Redis Cluster', () => {
  it('are settled once each where the master dies before, while and after they are', async () => {
    const [before, unheard, after, running] = ['before', 'unheard', 'after', 'running'].map((name) => names(name, 10));
    if (!before || !unheard || !after || !running) throw new Error('no names');
    await admit([...before, ...unheard, ...after, ...running]);
    expect(await finish(before)).toEqual(before.map(() => 'settled'));
    // Counted by the master and by its replica, and nobody here knows.
    cluster.swallowAnswers();
    expect(await finish(unheard)).toEqual(unheard.map(() => 'queued'));
    await cluster.replicated();
    await cluster.failOver();
    await finish(after);
    await told();
    await expectCounted({ settled: 30, running: 10 });
    await finish(running);
    await expectCounted({ settled: 40, running: 0 });
  }, 60_000);

  it('are settled once each where the new master has not heard of them, nor of their end', async () => {
    const [known, unknown, ended] = [names('known', 10), names('unknown', 10), names('ended', 10)];
    await admit([...known, ...ended]);
    await cluster.replicated();
    await cluster.cutReplica();
    await admit(unknown);
    // Counted by the master alone, and nobody here knows.
    cluster.swallowAnswers();
    expect(await finish(ended)).toEqual(ended.map(() => 'queued'));
    await cluster.failOver();
    await told();
    await expectCounted({ settled: 10, running: 10 });
    await finish([...known, ...unknown]);
    await expectCounted({ settled: 30, running: 0 });
  }, 60_000);

  it('are settled once each where only the dead master knew that they were', async () => {
    const [replicated, ended] = [names('replicated', 10), names('ended', 10)];
    await admit([...replicated, ...ended]);
    await finish(replicated);
    await cluster.replicated();
    await cluster.cutReplica();
    expect(await finish(ended)).toEqual(ended.map(() => 'settled'));
    const failedOver = cluster.failOver();
    await until('somebody meets the outage', async () => {
      await figures(store, limit);
      return !store.isSharedAvailable;
    });
    await failedOver;
    await told();
    await expectCounted({ settled: 20, running: 0 });
  }, 60_000);

  it('are counted once each under a load during which the master hands over', async () => {
    const admitted: string[] = [];
    let isOver = false;
    const load = async (prefix: string): Promise<void> => {
      for (let count = 0; !isOver || count < 20; count++) {
        const id = `${prefix}-${count}`;
        if ((await reserve(store, { id, ttlMs, items })).kind !== 'admitted') continue;
        admitted.push(id);
        await finish([id]);
      }
    };
    const loads = Promise.all(names('load', 10).map(load));
    await cluster.handOver();
    isOver = true;
    await loads;
    await told();
    expect(admitted.length).toBeGreaterThan(100);
    await expectCounted({ settled: admitted.length, running: 0 });
  }, 60_000);
});
