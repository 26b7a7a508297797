import { connect, createServer as listen } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../e2e/support/certificates.ts';
import { freePort } from '../../../e2e/support/ports.ts';
import { startRedis } from '../../../e2e/support/redis.ts';
import { startTlsRedis } from '../../../e2e/support/redis-tls.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from '../testing/answers.ts';
import { connected, nodeAt, openRedis, redisAt } from '../testing/open-redis.ts';
import type { RedisTarget } from './connection.ts';
import { createRedisStore } from './redis-store.ts';

const counter: Counter = { kind: 'fixed', key: 'c', limit: 100, windowMs: 3_600_000 };

/** The master `limits`, of which a Sentinel knows where it is. */
const viaSentinel = (url: string): RedisTarget => ({
  address: { kind: 'sentinel', nodes: [nodeAt(url)], master: 'limits', database: 0 },
  isTls: false,
});

/** Why a store of its own is not let in, once it has tried to connect. */
async function refusal(options: Parameters<typeof createRedisStore>[0]): Promise<string> {
  const store = createRedisStore(options);
  let message = '';
  await until('it has been refused', async () => {
    const outcome = await peek(store, []);
    if (!('message' in outcome && outcome.message.includes('('))) return false;
    expect(outcome).toMatchObject({ kind: 'unavailable', cause: 'offline' });
    message = outcome.message;
    return true;
  });
  await store.close();
  return message;
}

/** How far a server has got with what its master wrote, or with what it has written itself. */
async function replication(url: string) {
  const client = new Redis(url);
  const [info, keys] = [await client.info('replication'), await client.dbsize()];
  client.disconnect();
  const isLinked = info.includes('master_link_status:up');
  return { isLinked, keys, offset: Number(/master_repl_offset:(\d+)/.exec(info)?.[1] ?? 0) };
}

describe('a store that is connected to Redis', () => {
  it('is somebody to an ACL, with no more rights than it needs', async () => {
    const redis = await startRedis({
      acl: [
        'default off',
        // As the guide has it.
        'limits on >s3cr/t ~sluice:* +evalsha +eval +script|load +hmget +hget +hset +hdel +hgetall +get +set +pexpire +time',
      ],
    });
    const store = await openRedis({ ...redisAt(redis.url), username: 'limits', password: 's3cr/t' });
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
    const wrong = { ...redisAt(redis.url), username: 'limits', password: 'wrong' };
    expect(await refusal({ target: wrong })).toContain('no connection to Redis (WRONGPASS');
    await redis.stop();
  });

  it('speaks TLS, and only to a server that it trusts', async () => {
    const authority = createAuthority('redis authority');
    const redis = await startTlsRedis(authority.issue('localhost'));
    const target = { ...redisAt(`redis://localhost:${redis.port}`), isTls: true };
    const store = await openRedis(target, { tls: { ca: authority.certificate } });
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    const others = [{}, { ca: createAuthority('another').certificate }];
    for (const tls of [...others, { ca: authority.certificate, servername: 'elsewhere' }])
      await refusal({ target, tls });
    await store.close();
    await redis.stop();
  });

  it('shows a certificate to a server that asks for one', async () => {
    const [authority, clients] = [createAuthority('redis authority'), createAuthority('clients')];
    const redis = await startTlsRedis({ ...authority.issue('limits.internal'), clientAuthority: clients.certificate });
    const target = { ...redisAt(`redis://localhost:${redis.port}`), isTls: true };
    const tls = { ca: authority.certificate, servername: 'limits.internal' };
    const { certificate: cert, privateKey: key } = clients.issue();
    const store = await openRedis(target, { tls: { ...tls, cert, key } });
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    await refusal({ target, tls });
    await store.close();
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
    const store = await openRedis(viaSentinel(sentinel.url), { commandTimeoutMs: 500 });
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
    const sentinelLogin = { username: 'limits', password: 'of-the-sentinel' };
    const store = await openRedis({ ...viaSentinel(sentinel.url), sentinelLogin });
    expect(await take(store, 'a', counter, 10)).toMatchObject({ kind: 'admitted' });
    await store.close();
    await sentinel.stop();
    await master.stop();
  }, 20_000);
});
