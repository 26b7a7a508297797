import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { counterKey } from '../../../src/limits/counter.ts';
import { openSnapshotStore } from '../../../src/limits/memory/snapshot-file.ts';
import { createRedisStore } from '../../../src/limits/redis/redis-store.ts';
import { finish } from '../../../src/limits/testing/answers.ts';
import { runCli } from '../testing/run-cli.ts';

const hash = `sha256:${'a'.repeat(64)}`;

function policy(store: string): string {
  return `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: p}
spec: {schema: openai, endpoint: "http://127.0.0.1:9/v1", credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec: {targets: [{provider: p}], pricing: {input: 1, output: 1}}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: checkout}
spec: {hash: "${hash}"}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: search}
spec: {hash: "sha256:${'b'.repeat(64)}"}
---
apiVersion: sluice.dev/v1alpha1
kind: Limit
metadata: {name: hour}
spec: {per: [key, model], tokens: 1000, window: 1h}
---
apiVersion: sluice.dev/v1alpha1
kind: Budget
metadata: {name: month}
spec: {per: [key], amount: {usd: 5}, period: {calendar: month}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: default}
spec: {store: ${store}}
`;
}

describe('sluice limits', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let store: ReturnType<typeof createRedisStore>;
  let cwd: string;

  beforeAll(async () => {
    redis = await startRedis();
    cwd = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    await writeFile(join(cwd, 'policy.yaml'), policy(`{redis: {addresses: ["127.0.0.1:${redis.port}"]}}`));
    const address = { kind: 'single', nodes: [{ host: '127.0.0.1', port: redis.port }], database: 0 } as const;
    store = createRedisStore({ target: { address, isTls: false }, commandTimeoutMs: 5_000 });
    await until('Redis is connected', () =>
      store.list('').then(
        () => true,
        () => false,
      ),
    );
  });
  afterAll(async () => {
    await store.close();
    await redis.stop();
    await rm(cwd, { recursive: true });
  });
  beforeEach(() => spend());

  /** As a processor would: 250 tokens for the hour, and a quarter of a dollar that is still reserved. */
  async function spend(): Promise<void> {
    await store.reset({ prefix: '' });
    const hourly = {
      kind: 'bucket',
      key: counterKey(['limit', 'hour', 'key=checkout&model=m']),
      limit: 1_000,
      windowMs: 3_600_000,
    } as const;
    const month = {
      kind: 'calendar',
      key: counterKey(['budget', 'month', 'key=checkout']),
      limit: 5_000_000_000,
      unit: 'month',
      timeZone: 'UTC',
    } as const;
    const items = [
      { counter: hourly, amount: 250, isFinal: true },
      { counter: month, amount: 250_000_000 },
    ];
    await new Promise<void>((resolve, reject) => {
      store.reserve({ id: crypto.randomUUID(), ttlMs: 60_000, items }, ({ kind }) =>
        kind === 'admitted' ? resolve() : reject(new Error(kind)),
      );
    });
  }

  const run = (...args: string[]) => runCli(['limits', ...args], { cwd });

  it('shows what is used, reserved and left, in words and in money', async () => {
    const { status, out } = await run('show');
    expect(status).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/limit +for +used +reserved +left +of +anew in/);
    expect(lines[1]).toMatch(/budget month +key checkout +0 USD +0\.25 USD +4\.75 USD +5 USD/);
    expect(lines[2]).toMatch(/limit hour +key checkout, model m +2\d\d +0 +7\d\d +1000 tokens +1[45] min/);
    expect(out).toContain(`From Redis at 127.0.0.1:${redis.port}.`);
  });

  it('shows one key or one limit, and JSON for scripts', async () => {
    expect((await run('show', '--limit', 'month')).out).not.toContain('hour');
    const { out } = await run('show', '--key', 'checkout', '--output', 'json');
    expect(JSON.parse(out).counters).toMatchObject([
      { kind: 'budget', name: 'month', per: { key: 'checkout' }, reserved: 250_000_000, drift: 0 },
      { kind: 'limit', name: 'hour', per: { key: 'checkout', model: 'm' } },
    ]);
  });

  it('keeps to the key that is named, whoever else has used something', async () => {
    const counterOf = (kind: 'limit' | 'budget', value: string) =>
      kind === 'limit'
        ? ({ kind: 'bucket', key: counterKey(['limit', 'hour', value]), limit: 1_000, windowMs: 3_600_000 } as const)
        : ({
            kind: 'calendar',
            key: counterKey(['budget', 'month', value]),
            limit: 5_000_000_000,
            unit: 'month',
            timeZone: 'UTC',
          } as const);
    await finish(store, crypto.randomUUID(), counterOf('limit', 'key=search&model=m'), 7);
    await finish(store, crypto.randomUUID(), counterOf('budget', 'key=search'), 7_000_000_000);
    const shownFor = async (...args: string[]) => {
      const shown = JSON.parse((await run('show', ...args, '--output', 'json')).out) as {
        readonly counters: readonly { readonly name: string; readonly per: { readonly key: string } }[];
      };
      return shown.counters.map(({ name, per }) => `${name} ${per.key}`).sort();
    };
    const ofSearch = ['hour search', 'month search'];
    expect(await shownFor()).toEqual(['hour checkout', 'hour search', 'month checkout', 'month search']);
    expect(await shownFor('--key', 'search')).toEqual(ofSearch);
    expect(await shownFor('--key', 'search', '--limit', 'month')).toEqual(['month search']);
    expect((await run('reset', '--key', 'checkout', '--limit', 'hour')).out).toContain('1 counter begins anew');
    expect(await shownFor()).toEqual(['hour search', 'month checkout', 'month search']);
    expect((await run('reset', '--key', 'checkout')).out).toContain('1 counter begins anew');
    expect(await shownFor()).toEqual(ofSearch);
    const { status, err } = await run('reset', '--key', 'nobody');
    expect([status, err]).toEqual([1, expect.stringContaining('There is no ApiKey nobody in the policy.')]);
    expect(await shownFor()).toEqual(ofSearch);
  });

  it('takes the counter of what is for one key alone for a counter of that key', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    const scoped = (name: string, keys: string) =>
      `---\napiVersion: sluice.dev/v1alpha1\nkind: Limit\nmetadata: {name: ${name}}\n` +
      `spec: {scope: {keys: [${keys}]}, requests: 60, window: 1h}\n`;
    await writeFile(
      join(other, 'policy.yaml'),
      policy(`{redis: {addresses: ["127.0.0.1:${redis.port}"]}}`) +
        scoped('own', 'checkout') +
        scoped('both', 'checkout, search') +
        scoped('any', '"check*"'),
    );
    for (const name of ['own', 'both', 'any']) {
      const counter = { kind: 'bucket', key: `limit:${name}:`, limit: 60, windowMs: 3_600_000 } as const;
      await finish(store, crypto.randomUUID(), counter, 3);
    }
    const shownFor = async (key: string) => {
      const { out } = await runCli(['limits', 'show', '--key', key, '--output', 'json'], { cwd: other });
      const { counters } = JSON.parse(out) as { readonly counters: readonly { readonly name: string }[] };
      return counters.map(({ name }) => name).sort();
    };
    expect(await shownFor('checkout')).toEqual(['hour', 'month', 'own']);
    expect(await shownFor('search')).toEqual([]);
    const { out } = await runCli(['limits', 'reset', '--key', 'checkout', '--limit', 'own'], { cwd: other });
    expect(out).toContain('1 counter begins anew');
    await rm(other, { recursive: true });
  });

  it('says where a counter holds what no request has reserved', async () => {
    expect((await run('show')).err).toBe('');
    const admin = new Redis({ port: redis.port });
    const [key = ''] = await admin.keys('*:c:budget:month:*');
    const reservations = (await admin.hkeys(key)).filter((field) => field.startsWith('@'));
    expect(await admin.hdel(key, ...reservations)).toBe(1);
    admin.disconnect();
    const { status, err } = await run('show');
    expect(status).toBe(0);
    expect(err).toBe(
      'budget month of key checkout differs by 0.25 USD from what running requests have reserved. ' +
        'Reset it with --limit month, and please report it.\n',
    );
    expect(JSON.parse((await run('show', '--output', 'json')).out).counters).toMatchObject([
      { drift: 250_000_000 },
      {},
    ]);
    await run('reset', '--limit', 'month');
    expect((await run('show')).err).toBe('');
  });

  it('resets what is named, and nothing without a name', async () => {
    expect((await run('reset')).status).toBe(2);
    expect((await run('reset', '--all', '--key', 'checkout')).status).toBe(2);
    const { status, out } = await run('reset', '--limit', 'hour');
    expect([status, out]).toEqual([0, `1 counter begins anew (Redis at 127.0.0.1:${redis.port}).\n`]);
    expect((await run('show')).out).not.toContain('hour');
    expect((await run('reset', '--all')).out).toContain('1 counter begins anew');
    expect((await run('show')).out).toContain('Nothing has been counted yet');
  });

  it('names counters in whose place there is something else, and removes that', async () => {
    const admin = new Redis({ port: redis.port });
    const [key = ''] = await admin.keys('*:c:limit:hour:*');
    await admin.del(key);
    await admin.rpush(key, 'something else');
    const { status, out, err } = await run('show');
    expect([status, err]).toEqual([
      0,
      'limit hour of key checkout, model m cannot be read: there is something else in its place. ' +
        'Remove it with `sluice limits reset --limit hour`.\n',
    ]);
    expect(out).toContain('budget month');
    expect((await run('show', '--limit', 'month')).err).toBe('');
    expect(JSON.parse((await run('show', '--output', 'json')).out)).toMatchObject({
      counters: [{ name: 'month' }],
      unreadable: [{ kind: 'limit', name: 'hour', per: { key: 'checkout', model: 'm' } }],
    });
    expect((await run('reset', '--limit', 'hour')).out).toContain('1 counter begins anew');
    expect(await admin.exists(key)).toBe(0);
    expect((await run('show')).err).toBe('');
    admin.disconnect();
  });

  it.each([
    ['a\u001b[31mred', '"a\\u001b[31mred"'],
    ['new\nline', '"new\\nline"'],
    ['\u202ereversed', '"\\u202ereversed"'],
    ['', '""'],
    ['a b', '"a b"'],
    ['ümlaut:a=b&c', 'ümlaut:a=b&c'],
    ['%zz', '%zz'],
  ])('spells out what a terminal would obey or nobody would see: %j', async (value, shown) => {
    const key = counterKey(['limit', 'hour', `key=checkout&model=${encodeURIComponent(value)}`]);
    await finish(store, crypto.randomUUID(), { kind: 'bucket', key, limit: 1_000, windowMs: 3_600_000 }, 900);
    const { out } = await run('show', '--limit', 'hour');
    expect(out.split('\n').find((line) => line.includes(`model ${shown} `))).toMatch(
      /limit hour +key checkout, model /,
    );
    const { counters } = JSON.parse((await run('show', '--output', 'json')).out) as { counters: { per: object }[] };
    expect(counters.map(({ per }) => per)).toContainEqual({ key: 'checkout', model: value });
  });

  it('shows what policy says now, also where nobody has asked since', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    const changed = policy(`{redis: {addresses: ["127.0.0.1:${redis.port}"]}}`)
      .replace('tokens: 1000, window: 1h', 'tokens: 500, window: 1h')
      .replace('name: month', 'name: year');
    await writeFile(join(other, 'policy.yaml'), changed);
    const others = { kind: 'bucket', key: 'limit:hour:others', limit: 1_000, windowMs: 3_600_000 } as const;
    await finish(store, crypto.randomUUID(), others, 7);
    const { out } = await runCli(['limits', 'show'], { cwd: other });
    expect(out).toMatch(/limit hour +key checkout, model m +2\d\d +0 +2\d\d +500 tokens +(?:29|30) min/);
    expect(out).toMatch(/limit hour +all others +7 /);
    expect(out).not.toContain('budget');
    await rm(other, { recursive: true });
  });

  it('says what Redis minds when nothing can be reset', async () => {
    const admin = new Redis({ port: redis.port });
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    const { status, err } = await run('reset', '--all');
    await admin.call('REPLICAOF', 'NO', 'ONE');
    admin.disconnect();
    expect(status).toBe(1);
    expect(err).toMatch(/^sluice limits reset: Redis at .* did not reset them: READONLY You can't write/);
    expect((await run('show')).out).toContain('limit hour');
  });

  it('says what is not there', async () => {
    expect(await run('show', '--key', 'nobody')).toMatchObject({
      status: 1,
      err: expect.stringContaining('no ApiKey'),
    });
    const { err } = await run('show', '--limit', 'week');
    expect(err).toContain('There is no Limit or Budget week in the policy. There is hour, month.');
  });

  it('shows the snapshots of all processors that count in memory', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    try {
      await writeFile(join(other, 'policy.yaml'), policy(`{memory: {snapshot: ${other}/counters.json}}`));
      for (const [name, used] of [
        ['counters.json', 100],
        ['counters.json.1', 7],
      ] as const) {
        const memory = await openSnapshotStore({ path: join(other, name), log: silentLogger });
        const counter = { kind: 'bucket', key: 'limit:hour:key=checkout', limit: 1_000, windowMs: 3_600_000 } as const;
        await finish(memory, name, counter, used);
        await memory.close();
      }
      const { out } = await runCli(['limits', 'show', '--output', 'json'], { cwd: other });
      const shown = JSON.parse(out) as { readonly counters: readonly { readonly used: number }[] };
      expect(shown.counters.map(({ used }) => used)).toEqual([100, 7]);
      expect((await runCli(['limits', 'reset', '--all'], { cwd: other })).status).toBe(1);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it('says why a memory store cannot be read, and that a Redis does not answer', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
    try {
      await writeFile(join(other, 'policy.yaml'), policy('{memory: {}}'));
      expect((await runCli(['limits', 'show'], { cwd: other })).err).toContain('in the memory of its processors');
      await writeFile(join(other, 'policy.yaml'), policy(`{memory: {snapshot: ${other}/none.json}}`));
      expect((await runCli(['limits', 'show'], { cwd: other })).err).toContain('cannot be read (ENOENT)');
      await writeFile(join(other, 'policy.yaml'), policy('{redis: {addresses: ["127.0.0.1:1"]}}'));
      expect((await runCli(['limits', 'show'], { cwd: other })).err).toContain(
        'Redis at 127.0.0.1:1 cannot be asked: there is no connection to Redis (ECONNREFUSED: nothing listens there). Is it running,',
      );
      const stranger = `{addresses: ["127.0.0.1:${redis.port}"], username: nobody, password: {env: PASSWORD}}`;
      await writeFile(join(other, 'policy.yaml'), policy(`{redis: ${stranger}}`));
      const { err } = await runCli(['limits', 'show'], { cwd: other, env: { PASSWORD: 'planted' } });
      expect(err).toContain(
        '(WRONGPASS: user or password are wrong). Check user and password of `store.redis` in the policy',
      );
      expect(err).not.toContain('planted');
    } finally {
      await rm(other, { recursive: true });
    }
  });
});
