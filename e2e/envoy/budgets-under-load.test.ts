import type { ServerResponse } from 'node:http';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { createRedisStore } from '../../src/limits/redis/redis-store.ts';
import type { CounterReport } from '../../src/limits/store.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { startRedis } from '../support/redis.ts';

/* Many requests at once against a budget with room for some of them: two processors, one Redis. */

const room = 40;
const perRequest = 25;

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
  const budget = (name: string) => `
apiVersion: sluice.dev/v1alpha1
kind: Limit
metadata: {name: ${name}}
spec: {scope: {keys: [${name}]}, outputTokens: ${room * perRequest}, window: {calendar: month}, algorithm: fixed, onStoreFailure: closed}`;
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
spec: {targets: [{provider: a}]}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: default}
spec:
  store: {redis: {addresses: ["127.0.0.1:${redis.port}"], commandTimeout: 5s}}`,
        ...['burst', 'killed', 'left'].flatMap((name) => [key(name), budget(name)]),
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

async function counterOf(name: string): Promise<CounterReport | undefined> {
  const [report] = await store.list(`limit:${name}`);
  return report;
}

function tally(statuses: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const done = (response: ServerResponse) => answerJson(response, 200, { choices: [], usage: spent });

describe('a limit with room for some', () => {
  it('lets exactly so many of a thousand pass, by two processors', async () => {
    answer = done;
    const statuses = await Promise.all(Array.from({ length: 1_000 }, () => ask('burst')));
    expect(tally(statuses)).toEqual({ 200: room, 429: 1_000 - room });
    await expect.poll(async () => (await counterOf('burst'))?.reserved).toBe(0);
    expect(await counterOf('burst')).toMatchObject({ used: room * perRequest, remaining: 0, drift: 0 });
  });

  it('gets back what callers that left did not use', async () => {
    const waiting: ServerResponse[] = [];
    answer = (response) => void waiting.push(response);
    const before = provider.requests.length;
    const leaving = new AbortController();
    const asked = Array.from({ length: 10 }, () => ask('left', leaving.signal));
    await expect.poll(() => provider.requests.length).toBe(before + 10);
    expect(await counterOf('left')).toMatchObject({ reserved: 10 * perRequest });
    leaving.abort();
    await Promise.all(asked);
    await expect.poll(async () => (await counterOf('left'))?.reserved).toBe(0);
    expect(await counterOf('left')).toMatchObject({ used: 0, drift: 0 });
    for (const response of waiting) response.destroy();
  });

  it('is never exceeded when a processor is killed; what it held comes back by itself', async () => {
    answer = (response) => void setTimeout(() => done(response), 300);
    const asked = Array.from({ length: 200 }, () => ask('killed'));
    await sleep(150);
    await gateway.processors[0]?.kill('SIGKILL');
    const counts = tally(await Promise.all(asked));
    expect(counts[200] ?? 0).toBeLessThanOrEqual(room);
    const report = await counterOf('killed');
    expect(report?.used ?? 0).toBeLessThanOrEqual(room * perRequest);
    // Only what the killed one held is still reserved, and only until its time is up.
    expect(report?.drift).toBe(0);
    expect((report?.used ?? 0) - (report?.reserved ?? 0)).toBeLessThanOrEqual((counts[200] ?? 0) * perRequest);
    await gateway.processors[0]?.restart();
  });
});
