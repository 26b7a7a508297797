import type { ServerResponse } from 'node:http';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { createRedisStore } from '../../src/limits/redis/redis-store.ts';
import type { CounterReport } from '../../src/limits/store.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { startRedis } from '../support/redis.ts';
import { patience } from '../support/until.ts';

/* Many requests at once against a limit or a budget with room for some of them: two processors, one Redis. */

const room = 40;
/** Output tokens of a request. Input costs nothing, so that what is reserved is what is used. */
const perRequest = 25;
const nanoUsdPerToken = 2_000;

/** `cost`: what one request takes, in the unit of the counter. */
const ceilings = [
  {
    what: 'a limit of tokens',
    kind: 'limit',
    cost: perRequest,
    spec: `outputTokens: ${room * perRequest}, window: {calendar: month}, algorithm: fixed`,
  },
  {
    what: 'a budget of money',
    kind: 'budget',
    cost: perRequest * nanoUsdPerToken,
    spec: `amount: {usd: ${(room * perRequest * nanoUsdPerToken) / 1e9}}, period: {calendar: month}`,
  },
] as const;
type Ceiling = (typeof ceilings)[number];

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: Awaited<ReturnType<typeof startRedis>>;
let store: ReturnType<typeof createRedisStore>;
let answer: (response: ServerResponse) => void;

/** As many tokens as were reserved, so that nothing comes back: estimates and usage agree. */
const spent = { prompt_tokens: 0, completion_tokens: perRequest, total_tokens: perRequest };

beforeAll(async () => {
  redis = await startRedis();
  store = createRedisStore({
    target: {
      address: { kind: 'single', nodes: [{ host: '127.0.0.1', port: redis.port }], database: 0 },
      isTls: false,
    },
    commandTimeoutMs: 5_000,
  });
  provider = await startRecordingProvider((response) => answer(response));
  const key = (name: string) => `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ${name}}
spec: {hash: "sha256:${sha256Hex(`sk-${name}`)}"}`;
  const ceiling = (name: string, { kind, spec }: Ceiling) => `
apiVersion: sluice.dev/v1alpha1
kind: ${kind === 'limit' ? 'Limit' : 'Budget'}
metadata: {name: ${name}}
spec: {scope: {keys: [${name}]}, ${spec}, onStoreFailure: closed}`;
  gateway = await startGateway({
    processors: 2,
    policy: {
      'policy.yaml': [
        `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: a}
spec: {schema: openai, endpoint: "http://127.0.0.1:${provider.port}/v1", credential: {none: {}}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec: {targets: [{provider: a}], pricing: {input: 0, output: ${nanoUsdPerToken / 1_000}}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: default}
spec:
  store: {redis: {addresses: ["127.0.0.1:${redis.port}"], commandTimeout: 5s}}`,
        ...ceilings.flatMap((of) =>
          ['burst', 'killed', 'left'].flatMap((name) => [key(`${name}-${of.kind}`), ceiling(`${name}-${of.kind}`, of)]),
        ),
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await store?.close();
  await redis?.stop();
});

const agent = new Agent({ keepAlive: true, maxSockets: 200 });

function ask(key: string, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({
      port: gateway.port,
      agent,
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
      ...(signal && { signal }),
    });
    asked.on('response', (response) => {
      response.resume().on('close', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', () => resolve(0));
    asked.end(JSON.stringify({ model: 'm', max_tokens: perRequest, messages: [{ role: 'user', content: 'x' }] }));
  });
}

async function counterOf(kind: Ceiling['kind'], name: string): Promise<CounterReport | undefined> {
  const [report] = await store.list(`${kind}:${name}`);
  return report;
}

function tally(statuses: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const done = (response: ServerResponse) => answerJson(response, 200, { choices: [], usage: spent });

describe.each(ceilings)('$what with room for some', ({ kind, cost }) => {
  const counter = (name: string) => counterOf(kind, `${name}-${kind}`);

  it('lets exactly so many of a thousand pass, by two processors', async () => {
    answer = done;
    const statuses = await Promise.all(Array.from({ length: 1_000 }, () => ask(`burst-${kind}`)));
    expect(tally(statuses)).toEqual({ 200: room, 429: 1_000 - room });
    await expect.poll(async () => (await counter('burst'))?.reserved, patience).toBe(0);
    expect(await counter('burst')).toMatchObject({ used: room * cost, remaining: 0, drift: 0 });
  });

  it('gets back what callers that left did not use', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const before = provider.requests.length;
    const leaving = new AbortController();
    const asked = Array.from({ length: 10 }, () => ask(`left-${kind}`, leaving.signal));
    await expect.poll(() => provider.requests.length, patience).toBe(before + 10);
    expect(await counter('left')).toMatchObject({ reserved: 10 * cost });
    leaving.abort();
    await Promise.all(asked);
    await expect.poll(async () => (await counter('left'))?.reserved, patience).toBe(0);
    expect(await counter('left')).toMatchObject({ used: 0, drift: 0 });
    for (const response of waiting) response.destroy();
  });

  it('is used up and not exceeded when one of two processors is killed meanwhile', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    let passed = 0;
    const asked = Array.from({ length: 1_000 }, async () => {
      if ((await ask(`killed-${kind}`)) === 200) passed += 1;
    });
    await expect.poll(() => waiting.length, patience).toBeGreaterThan(room / 2);
    for (const response of waiting.splice(0, 10)) done(response);
    await expect.poll(() => passed, patience).toBe(10);
    await gateway.processors[0]?.kill('SIGKILL');
    answer = done;
    for (const response of waiting) done(response);
    await Promise.all(asked);
    expect(passed).toBeLessThanOrEqual(room);
    // What the killed one held stays reserved until its time is up; all else was used by somebody who got an answer.
    await expect
      .poll(async () => ((await counter('killed'))?.used ?? 0) - ((await counter('killed'))?.reserved ?? 0), patience)
      .toBe(passed * cost);
    expect(await counter('killed')).toMatchObject({ used: room * cost, drift: 0 });
    await gateway.processors[0]?.restart();
  });
});
