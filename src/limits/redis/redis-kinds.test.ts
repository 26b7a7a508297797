import { connect, createServer as listen } from 'node:net';
import { createServer } from 'node:tls';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { createAuthority } from '../../../e2e/support/certificates.ts';
import { freePort } from '../../../e2e/support/ports.ts';
import { startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from '../testing/answers.ts';
import { connected, openRedis } from '../testing/open-redis.ts';
import { describeStore } from '../testing/store-suite.ts';
import { packItems } from './arguments.ts';
import { parseRedisUrl } from './connection.ts';
import { createRedisStore } from './redis-store.ts';
import { readReserve } from './reply.ts';
import { createScriptRunner } from './script-runner.ts';
import { reserveScript } from './scripts.ts';

const counter: Counter = { kind: 'fixed', key: 'c', limit: 100, windowMs: 3_600_000 };
const minute: Counter = { kind: 'calendar', key: 'm', limit: 100, unit: 'minute', timeZone: 'UTC' };

/** How far a server has got with what its master wrote, or with what it has written itself. */
async function replication(url: string) {
  const client = new Redis(url);
  const [info, keys] = [await client.info('replication'), await client.dbsize()];
  client.disconnect();
  const isLinked = info.includes('master_link_status:up');
  return { isLinked, keys, offset: Number(/master_repl_offset:(\d+)/.exec(info)?.[1] ?? 0) };
}

describeStore('store in a Redis Cluster', async () => {
  const redis = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
  const admin = new Redis(redis.url);
  // All slots in one node. ADDSLOTSRANGE is Redis 7.
  const slots = Array.from({ length: 16_384 }, (_, slot) => slot);
  await admin.cluster('ADDSLOTS', ...slots);
  await until('the cluster is up', async () => (await admin.cluster('INFO')).includes('cluster_state:ok'));
  admin.disconnect();
  return {
    create: (now) => openRedis(`redis+cluster://127.0.0.1:${redis.port}`, { now }),
    stop: () => redis.stop(),
  };
});

describe('a store in Redis', () => {
  it('is somebody to an ACL, with no more rights than it needs', async () => {
    const redis = await startRedis({
      acl: [
        'default off',
        // As the guide has it.
        'limits on >s3cr/t ~sluice:* +evalsha +eval +script|load +hmget +hget +hset +hdel +hgetall +get +set +pexpire +time',
      ],
    });
    const store = await openRedis(`redis://limits:s3cr%2Ft@127.0.0.1:${redis.port}`);
    await take(store, 'a', counter, 10);
    const rolling: Counter = { kind: 'rolling', key: 'r', limit: 100, windowMs: 3_600_000 };
    const usage = { id: 'b', items: [{ counter: rolling, amount: 5, isWatched: true }] };
    await reserve(store, { ...usage, ttlMs: 1 });
    expect(await charge(store, usage)).toMatchObject({ kind: 'charged' });
    expect(await renew(store, [{ id: 'b', ttlMs: 1, counters: [rolling] }])).toMatchObject({ kind: 'renewed' });
    await until('its time is up', async () => (await figures(store, rolling)).reserved === 0);
    expect(await settle(store, usage)).toMatchObject({ kind: 'settled', isLate: true });
    expect(await figures(store, counter)).toMatchObject({ reserved: 10 });
    await store.close();
    const target = parseRedisUrl(`redis://limits:wrong@127.0.0.1:${redis.port}`);
    if (!target.ok) throw new Error(target.error);
    const stranger = createRedisStore({ target: target.value });
    await until('it has been refused', async () => JSON.stringify(await peek(stranger, [])).includes('WRONGPASS'));
    const refused = await peek(stranger, []);
    expect(refused).toMatchObject({
      cause: 'offline',
      message: expect.stringContaining('no connection to Redis (WRONGPASS'),
    });
    await stranger.close();
    await redis.stop();
  });

  it('speaks TLS, and only to a server that it trusts', async () => {
    const redis = await startRedis();
    const authority = createAuthority('redis authority');
    const { certificate, privateKey } = authority.issue('localhost');
    // The Redis that tests bring has no TLS of its own.
    const front = createServer({ cert: certificate, key: privateKey }, (socket) => {
      const behind = connect(redis.port, '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      socket.on('error', () => behind.destroy());
      behind.on('error', () => socket.destroy());
    });
    const port = await freePort();
    await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
    const url = `rediss://localhost:${port}`;
    const store = await openRedis(url, { tls: { ca: authority.certificate } });
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    const target = parseRedisUrl(url);
    if (!target.ok) throw new Error(target.error);
    const distrustful = createRedisStore({ target: target.value });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await peek(distrustful, [])).toMatchObject({ kind: 'unavailable', cause: 'offline' });
    await distrustful.close();
    await store.close();
    front.close();
    await redis.stop();
  });

  it('asks Sentinels for the master, and finds the new one after a failover', async () => {
    const master = await startRedis();
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    const sentinel = await startRedis({
      sentinel: [
        `sentinel monitor limits 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds limits 300',
        'sentinel failover-timeout limits 2000',
      ].join('\n'),
    });
    const admin = new Redis(sentinel.url);
    await until(
      'the replica is known',
      async () => ((await admin.call('SENTINEL', 'replicas', 'limits')) as []).length > 0,
      {
        limitMs: 15_000,
      },
    );
    const store = await openRedis(`redis+sentinel://127.0.0.1:${sentinel.port}/limits/0`, { commandTimeoutMs: 500 });
    await finish(store, 'a', counter, 30);
    await until('the replica has all of it', async () => {
      const [written, copied] = [await replication(master.url), await replication(replica.url)];
      return copied.isLinked && copied.keys > 0 && copied.offset >= written.offset;
    });
    await master.stop();
    await connected(store);
    await until('the new master counts', async () => (await take(store, 'b', counter, 10)).kind === 'admitted', {
      limitMs: 20_000,
    });
    expect(await figures(store, counter)).toMatchObject({ used: 40, reserved: 10 });
    await store.close();
    admin.disconnect();
    await sentinel.stop();
    await replica.stop();
  }, 60_000);

  it('connects anew when the server that it has is no master any more', async () => {
    const [former, next] = [await startRedis(), await startRedis()];
    let current = former;
    // A name whose address changes, as services in clouds have it: who is connected stays connected.
    const front = listen((socket) => {
      const behind = connect(current.port, '127.0.0.1');
      socket.pipe(behind).pipe(socket);
      for (const end of [socket, behind]) end.on('error', () => end.destroy());
    });
    const port = await freePort();
    await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
    const store = await openRedis(`redis://127.0.0.1:${port}`);
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    const admin = new Redis(former.url);
    await admin.call('REPLICAOF', '127.0.0.1', String(next.port));
    current = next;
    expect(await take(store, 'b', counter, 10)).toMatchObject({
      message: expect.stringContaining('Redis answered READONLY'),
    });
    await until('the next master counts', async () => (await take(store, 'c', counter, 10)).kind === 'admitted');
    admin.disconnect();
    await store.close();
    front.close();
    await former.stop();
    await next.stop();
  });

  it('says who it is to Sentinels that ask', async () => {
    const master = await startRedis();
    const sentinel = await startRedis({
      sentinel: [
        `sentinel monitor limits 127.0.0.1 ${master.port} 1`,
        'user default off',
        'user limits on >of-the-sentinel ~* &* +@all',
      ].join('\n'),
    });
    const address = {
      kind: 'sentinel',
      nodes: [{ host: '127.0.0.1', port: sentinel.port }],
      master: 'limits',
      database: 0,
    } as const;
    const sentinelLogin = { username: 'limits', password: 'of-the-sentinel' };
    const store = createRedisStore({ target: { address, sentinelLogin, isTls: false }, commandTimeoutMs: 5_000 });
    await connected(store);
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    await store.close();
    await sentinel.stop();
    await master.stop();
  }, 20_000);

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

  it('goes by the clock of the server, not by its own', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url);
    const bucket: Counter = { kind: 'bucket', key: 'b', limit: 100, windowMs: 3_600_000 };
    await finish(store, 'a', bucket, 100);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 3_600_000 });
    try {
      expect(await take(store, 'b', bucket, 50)).toMatchObject({ kind: 'refused' });
    } finally {
      vi.useRealTimers();
    }
    await store.close();
    await redis.stop();
  });

  it.each([-7_200_000, -90_000, 90_000, 7_200_000])(
    'knows the minute also where the clock is wrong by %d ms',
    async (by) => {
      const redis = await startRedis();
      const right = await openRedis(redis.url);
      await take(right, 'a', minute, 100);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
      const wrong = await openRedis(redis.url);
      try {
        await until('it has heard what time it is', async () => {
          const { resetMs } = await figures(wrong, minute);
          return resetMs >= 0 && resetMs <= 60_000;
        });
        for (const store of [wrong, right]) {
          await take(store, `b${by}`, minute, 100);
          const outcome = await take(store, 'c', minute, 1);
          expect(outcome).toMatchObject({ kind: 'refused', reason: 'exhausted' });
          if (outcome.kind === 'refused') expect(outcome.retryAfterMs).toBeLessThanOrEqual(60_000);
        }
      } finally {
        vi.useRealTimers();
      }
      for (const store of [wrong, right]) await store.close();
      await redis.stop();
    },
  );

  it('does not say of a period that is over that it never ends', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    const runner = createScriptRunner(client, 10);
    const now = Date.UTC(2026, 10, 22, 12, 0, 30);
    const reserveAt = (id: string, clientsNow: number) =>
      new Promise((resolve) => {
        const items = packItems([{ counter: minute, amount: 100 }], 60_000, 60_000, clientsNow);
        runner.run(reserveScript, [`{x}:r:${id}`, '{x}:c:m'], [now, id, items], (reply) =>
          resolve(reply.kind === 'reply' ? readReserve(reply.numbers) : reply),
        );
      });
    expect(await reserveAt('a', now - 600_000)).toMatchObject({ kind: 'admitted', grants: [{ resetMs: 0 }] });
    expect(await reserveAt('b', now - 600_000)).toMatchObject({
      kind: 'refused',
      reason: 'exhausted',
      retryAfterMs: 0,
    });
    client.disconnect();
    await redis.stop();
  });

  it('returns what a client that died had reserved, to another', async () => {
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
});

describe('parseRedisUrl()', () => {
  it.each([
    ['redis://h', { address: { kind: 'single', nodes: [{ host: 'h', port: 6379 }], database: 0 }, isTls: false }],
    [
      'rediss://:p@h:1/2',
      { address: { kind: 'single', nodes: [{ host: 'h', port: 1 }], database: 2 }, password: 'p', isTls: true },
    ],
    [
      'redis://u:p%40@[::1]:7',
      {
        address: { kind: 'single', nodes: [{ host: '::1', port: 7 }], database: 0 },
        username: 'u',
        password: 'p@',
        isTls: false,
      },
    ],
    [
      'rediss+sentinel://a,b:5/m/3',
      {
        address: {
          kind: 'sentinel',
          nodes: [
            { host: 'a', port: 26379 },
            { host: 'b', port: 5 },
          ],
          master: 'm',
          database: 3,
        },
        isTls: true,
      },
    ],
    [
      'redis+cluster://a:1,b:2',
      {
        address: {
          kind: 'cluster',
          nodes: [
            { host: 'a', port: 1 },
            { host: 'b', port: 2 },
          ],
        },
        isTls: false,
      },
    ],
  ])('reads %s', (url, target) => {
    expect(parseRedisUrl(url)).toEqual({ ok: true, value: target });
  });

  it.each([
    'http://h',
    'redis:///',
    'redis://a,b',
    'redis://h:99999',
    'redis://h/x',
    'redis+sentinel://h',
    'redis+cluster://h/1',
    'redis://u:%zz@h',
  ])('refuses %s without repeating it', (url) => {
    const parsed = parseRedisUrl(url);
    expect(parsed.ok ? '' : parsed.error).toMatch(/^(is|has|names) /);
    if (!parsed.ok) expect(parsed.error).not.toContain(url);
  });
});
