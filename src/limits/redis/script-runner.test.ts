import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { finish, reserve, settle, take } from '../testing/answers.ts';
import { connected, openRedis, redisAt } from '../testing/open-redis.ts';
import { createRedisStore } from './redis-store.ts';

const counter: Counter = { kind: 'fixed', key: 'c', limit: 100, windowMs: 3_600_000 };

describe('what a store asks of Redis', () => {
  it('does not wait for a server that never answers, nor for more answers than it may', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url, { commandTimeoutMs: 50, maxInFlight: 2 });
    await redis.pause();
    const outcomes = await Promise.all(['a', 'b', 'c'].map((id) => take(store, id, counter, 1)));
    expect(outcomes).toMatchObject([
      { kind: 'unavailable', cause: 'timeout', mayHaveHappened: true },
      { kind: 'unavailable', cause: 'timeout', mayHaveHappened: true },
      { kind: 'unavailable', cause: 'busy', mayHaveHappened: false },
    ]);
    await redis.resume();
    await connected(store);
    await redis.stop();
    await until('it is offline', async () => {
      const outcome = await take(store, 'd', counter, 1);
      return outcome.kind === 'unavailable' && outcome.cause === 'offline' && !outcome.mayHaveHappened;
    });
    await store.close();
  });

  it('says of a server that has fallen silent that it does not answer, whatever becomes of the connection', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] });
    const target = { ...redisAt(redis.url), password: 'secret' };
    const store = await openRedis(target, { commandTimeoutMs: 50 });
    await redis.pause();
    const told = new Map<string, Set<string>>();
    // Until the silent one has been connected to anew, in vain, a few times.
    for (const until = Date.now() + 2_000; Date.now() < until; ) {
      const outcome = await take(store, 'a', counter, 1);
      if (outcome.kind !== 'unavailable') throw new Error('it has answered');
      const messages = told.get(outcome.cause) ?? new Set();
      told.set(outcome.cause, messages.add(outcome.message));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(told).toEqual(
      new Map([
        ['timeout', new Set(['Redis did not answer in time'])],
        ['offline', new Set(['there is no connection to Redis (ETIMEDOUT: it did not answer in time)'])],
      ]),
    );
    await store.close();
    await redis.resume();
    await redis.stop();
  });

  it('waits for its first connection as long as for an answer, and for no later one', async () => {
    const redis = await startRedis();
    const commandTimeoutMs = 5_000;
    const store = createRedisStore({ target: redisAt(redis.url), commandTimeoutMs });
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    await redis.stop();
    await until('it is told at once', async () => {
      const askedAt = performance.now();
      const outcome = await take(store, 'b', counter, 10);
      return outcome.kind === 'unavailable' && outcome.cause === 'offline' && performance.now() - askedAt < 1_000;
    });
    await store.close();

    const nowhere = createRedisStore({ target: redisAt(redis.url), commandTimeoutMs });
    const refused = await take(nowhere, 'c', counter, 10);
    expect(refused).toMatchObject({ cause: 'offline', message: expect.stringContaining('ECONNREFUSED') });
    await nowhere.close();
  });

  it('does not wait longer for a first connection that never comes', async () => {
    // It takes connections, and says nothing in the language of TLS.
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const target = { ...redisAt(`redis://127.0.0.1:${port}`), isTls: true };
    const store = createRedisStore({ target, commandTimeoutMs: 50, connectTimeoutMs: 30_000 });
    expect(await take(store, 'a', counter, 1)).toMatchObject({
      cause: 'offline',
      mayHaveHappened: false,
      message: 'there is no connection to Redis (ETIMEDOUT: it did not answer in time)',
    });
    await store.close();
    silent.close();
  });

  it('teaches its scripts to a server that has forgotten them', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url);
    await take(store, 'a', counter, 10);
    const admin = new Redis(redis.url);
    await admin.script('FLUSH');
    admin.disconnect();
    expect(await finish(store, 'a', counter, 5)).toMatchObject({ kind: 'settled', isLate: false });
    await store.close();
    await redis.stop();
  });

  it('asks once for all counters of a request, and once when it is over', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url);
    const admin = new Redis(redis.url);
    const monitor = await admin.monitor();
    const asked: string[] = [];
    monitor.on('monitor', (_time: string, [command = '']: readonly string[], source: string) => {
      if (source !== 'lua') asked.push(command.toLowerCase());
    });
    const counters = ['a', 'b', 'c'].map((key): Counter => ({ ...counter, key }));
    const items = counters.map((each) => ({ counter: each, amount: 10 }));
    expect(await reserve(store, { id: 'one', ttlMs: 60_000, items })).toMatchObject({ kind: 'admitted' });
    expect(await settle(store, { id: 'one', items })).toMatchObject({ kind: 'settled' });
    await admin.ping();
    await until('all has been seen', () => asked.includes('ping'));
    expect(asked).toEqual(['evalsha', 'evalsha', 'ping']);
    monitor.disconnect();
    admin.disconnect();
    await store.close();
    await redis.stop();
  });
});
