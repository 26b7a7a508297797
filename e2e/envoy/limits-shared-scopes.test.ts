import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { CounterReport, Store } from '../../src/limits/store.ts';
import { openRedis } from '../../src/limits/testing/open-redis.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents, model, provider as providerDocument } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { patience } from '../support/until.ts';

/* Several limits and budgets of several scopes at once, and scopes whose values callers make up: two processors, one Redis. */

/** Output tokens of a request. Input costs nothing, so that what is reserved is what is used. */
const perRequest = 10;
const room = { ofKey: 15, ofTeam: 25, ofAll: 45 };
const usdPerRequest = 0.001;

/** Two of each team. */
const members = [
  { key: 'red-one', team: 'red' },
  { key: 'red-two', team: 'red' },
  { key: 'blue-one', team: 'blue' },
  { key: 'blue-two', team: 'blue' },
];
const maxDistinct = 50;
const foldable = { window: '1d', algorithm: 'fixed', onStoreFailure: 'closed' };

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: RunningRedis;
let store: Store;

beforeAll(async () => {
  redis = await startRedis();
  store = await openRedis(redis.url);
  const usage = { prompt_tokens: 0, completion_tokens: perRequest, total_tokens: perRequest };
  provider = await startRecordingProvider((response) => answerJson(response, 200, { choices: [], usage }));
  const key = (name: string, owner: object) =>
    document('ApiKey', name, { hash: `sha256:${sha256Hex(`sk-${name}`)}`, owner });
  const project = { scope: { projects: ['shop'] }, onStoreFailure: 'closed' };
  const month = { calendar: 'month' };
  gateway = await startGateway({
    processors: 2,
    policy: {
      'policy.yaml': documents(
        providerDocument('a', `http://127.0.0.1:${provider.port}/v1`),
        model('m', ['a/m'], { pricing: { input: 0, output: (usdPerRequest / perRequest) * 1e6 } }),
        document('GatewayPolicy', 'default', {
          store: { redis: { addresses: [`127.0.0.1:${redis.port}`], commandTimeout: '10s' } },
        }),
        ...members.map(({ key: name, team }) => key(name, { team, project: 'shop' })),
        document('Limit', 'each-key', { ...project, per: ['key'], requests: room.ofKey, window: month }),
        document('Limit', 'each-team', {
          ...project,
          per: ['team'],
          outputTokens: room.ofTeam * perRequest,
          window: month,
        }),
        document('Budget', 'all', { ...project, amount: { usd: room.ofAll * usdPerRequest }, period: month }),
        document('Limit', 'at-once', { ...project, concurrency: 1_000 }),
        key('crowd', {}),
        key('named', {}),
        document('Limit', 'crowd', {
          ...{ scope: { keys: ['crowd'] }, per: ['header:x-tenant'], requests: 1, maxDistinct, ...foldable },
        }),
        document('Limit', 'named', {
          ...{ scope: { keys: ['named'] }, per: ['header:x-tenant', 'header:x-region'], requests: 1, ...foldable },
        }),
      ),
    },
  });
});
afterAll(async () => {
  agent.destroy();
  await gateway?.stop();
  await provider?.close();
  await store?.close();
  await redis?.stop();
});

const agent = new Agent({ keepAlive: true, maxSockets: 100 });

function ask(key: string, headers: Readonly<Record<string, string | readonly string[]>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      port: gateway.port,
      agent,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json', ...headers },
    });
    asked.on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify({ model: 'm', max_tokens: perRequest, messages: [{ role: 'user', content: 'x' }] }));
  });
}

const passed = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length;

async function countersOf(prefix: string): Promise<ReadonlyMap<string, CounterReport>> {
  const reports = await store.list(prefix);
  return new Map(reports.map((report) => [report.counter.key, report]));
}

describe('limits and budgets of keys, of teams and of all', () => {
  it('let exactly so many of a thousand pass as all of them allow, by two processors', async () => {
    const asked = Array.from({ length: 1_000 }, (_, index) => members[index % members.length] ?? { key: '', team: '' });
    const statuses = await Promise.all(asked.map(({ key }) => ask(key)));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const passedOf = (isMeant: (index: number) => boolean) => passed(statuses.filter((_, index) => isMeant(index)));
    expect(passed(statuses)).toBe(room.ofAll);

    await expect.poll(async () => (await countersOf('')).get('limit:at-once:')?.used, patience).toBe(0);
    const counters = await countersOf('');
    // What one of them refuses is not counted by the others.
    for (const { key } of members) {
      const used = counters.get(`limit:each-key:key=${key}`)?.used ?? 0;
      expect(used, key).toBe(passedOf((index) => asked[index]?.key === key));
      expect(used, key).toBeLessThanOrEqual(room.ofKey);
    }
    for (const team of ['red', 'blue']) {
      const used = counters.get(`limit:each-team:team=${team}`)?.used ?? 0;
      expect(used, team).toBe(perRequest * passedOf((index) => asked[index]?.team === team));
      expect(used, team).toBeLessThanOrEqual(perRequest * room.ofTeam);
    }
    expect(counters.get('budget:all:')).toMatchObject({ used: room.ofAll * usdPerRequest * 1e9, remaining: 0 });
    for (const [name, { reserved, drift }] of counters)
      expect({ reserved, drift }, name).toEqual({ reserved: 0, drift: 0 });
    expect(provider.requests).toHaveLength(room.ofAll);
  });
});

describe('limits of what callers write into a header', () => {
  it('have a bound on counters, and what comes on top shares one', async () => {
    const statuses: number[] = [];
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < 10_000) statuses.push(await ask('crowd', { 'x-tenant': `tenant-${next++}` }));
    };
    await Promise.all(Array.from({ length: 100 }, caller));
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const counters = await countersOf('limit:crowd');
    // Each processor has met other values first.
    expect(counters.size - 1).toBeGreaterThanOrEqual(maxDistinct);
    expect(counters.size - 1).toBeLessThanOrEqual(2 * maxDistinct);
    expect(counters.get('limit:crowd:others')).toMatchObject({ used: 1, remaining: 0 });
    expect(passed(statuses)).toBe(counters.size);
  }, 180_000);

  const long = 'x'.repeat(10_000);
  const bytes = (text: string) => Buffer.from(text).toString('latin1');
  it('count each combination by itself, whatever it looks like', async () => {
    const combinations: readonly (readonly [tenant: string | readonly string[], region: string])[] = [
      ['a', 'b'],
      ['', ''],
      ['a', ''],
      ['', 'a'],
      ['a&header:x-region=b', ''],
      ['a&header%3ax-region=b', ''],
      ['a%26header%3Ax-region%3Db', ''],
      ['others', ''],
      ['limit:named:others', ''],
      ['limit:crowd:others', ''],
      ['a:b', ''],
      ['a%3ab', ''],
      ['a%3Ab', ''],
      ['{default}', ''],
      ['}:c:{', ''],
      ['*', ''],
      ['[a-z]?\\', ''],
      ['"', "'"],
      ['a\tb', ''],
      ['a b', ''],
      ['A', 'b'],
      [bytes('Zürich'), ''],
      [bytes('東京'), ''],
      ['\xff\xfe', ''],
      ['\xff\xfd', ''],
      ['%', '%00'],
      [['a', 'b'], ''],
      [['b', 'a'], ''],
      [['a', 'a'], ''],
      [long, ''],
      [`${long}y`, ''],
      [`y${long}`, ''],
      [`${long.slice(1)}y`, ''],
    ];
    const headers = combinations.map(([tenant, region]) => ({ 'x-tenant': tenant, 'x-region': region }));
    for (const each of headers) expect(await ask('named', each), JSON.stringify(each).slice(0, 80)).toBe(200);
    for (const each of headers) expect(await ask('named', each), JSON.stringify(each).slice(0, 80)).toBe(429);
    const counters = await countersOf('limit:named');
    expect(counters.size).toBe(combinations.length);
    for (const key of counters.keys()) expect(key).toMatch(/^[\x21-\x7e]{1,200}$/);
  });

  it('take a header that is repeated for what it says in one line, and none for an empty one', async () => {
    expect(await ask('named', { 'x-tenant': 'p, q' })).toBe(200);
    expect(await ask('named', { 'x-tenant': ['p', 'q'] })).toBe(429);
    expect(await ask('named')).toBe(429);
  });

  it('leave it to Envoy to refuse what is longer than headers may be', async () => {
    expect(await ask('named', { 'x-tenant': 'x'.repeat(100_000) })).toBe(431);
    expect(await ask('named', { 'x-tenant': 'still here' })).toBe(200);
  });
});
