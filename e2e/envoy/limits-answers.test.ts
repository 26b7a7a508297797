import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { startRedis } from '../support/redis.ts';
import { patience } from '../support/until.ts';

/* Limits and budgets on a real Envoy and a real Redis: what callers read, and what comes back when a request is over. */

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: Awaited<ReturnType<typeof startRedis>>;

const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
let answer: (response: ServerResponse) => void;

function limit(kind: 'Limit' | 'Budget', name: string, spec: string): string {
  return `
apiVersion: sluice.dev/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: {scope: {keys: [${name}]}, per: [key], ${spec}}`;
}

const keys = ['two-requests', 'tokens', 'at-once', 'money', 'unpriced', 'warned', 'output', 'free'];

beforeAll(async () => {
  redis = await startRedis();
  provider = await startRecordingProvider((response) => answer(response));
  gateway = await startGateway({
    policy: {
      'policy.yaml': [
        ...['openai', 'anthropic'].map(
          (schema) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${schema}}
spec: {schema: ${schema}, endpoint: "http://127.0.0.1:${provider.port}/v1", credential: {none: {}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec:
  targets: [{provider: openai}, {provider: anthropic}]
  pricing: {input: 1, output: 10}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: without-price}
spec: {targets: [{provider: openai}]}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: default}
spec:
  store: {redis: {addresses: ["127.0.0.1:${redis.port}"]}}`,
        limit('Limit', 'two-requests', 'requests: 2, window: 1h'),
        limit('Limit', 'tokens', 'tokens: 1000, window: 1h'),
        limit('Limit', 'output', 'outputTokens: 100, window: 1h, algorithm: fixed'),
        limit('Limit', 'at-once', 'concurrency: 1'),
        limit('Budget', 'money', 'amount: {usd: 0.001}, period: {calendar: month}'),
        limit('Budget', 'unpriced', 'amount: {usd: 1}, period: {calendar: month}, unpriced: deny'),
        limit('Budget', 'warned', 'amount: {tokens: 1}, period: {rolling: 30d}, enforce: warn'),
        ...keys.map(
          (name) => `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ${name}}
spec: {hash: "sha256:${sha256Hex(`sk-${name}`)}"}`,
        ),
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await redis?.stop();
});

interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly error?: Readonly<Record<string, unknown>> };
}

async function ask(key: string, more: object = {}, path = '/v1/chat/completions'): Promise<Asked> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], ...more }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Asked['body'] };
}

answer = (response) => answerJson(response, 200, { choices: [], usage });

describe('requests per window', () => {
  it('are told in the headers of every answer, and refused when they are used up', async () => {
    const first = await ask('two-requests');
    expect(first.status).toBe(200);
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:\d+m)?\d+/);
    expect(first.headers.get('ratelimit-policy')).toBe('"two-requests";q=2;w=3600;qu="requests"');
    expect(first.headers.get('ratelimit')).toMatch(/^"two-requests";r=1;t=\d+$/);
    expect((await ask('two-requests')).status).toBe(200);
    const refused = await ask('two-requests');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1_000);
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.body.error).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      limit: 'two-requests',
      message: expect.stringContaining('the limit "two-requests" has 0 requests left'),
    });
    const anthropic = await ask('two-requests', { max_tokens: 5 }, '/v1/messages');
    expect(anthropic.status).toBe(429);
    expect(anthropic.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    expect(anthropic.headers.get('anthropic-ratelimit-requests-reset')).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(anthropic.body).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
  });
});

describe('tokens', () => {
  it('are settled by what the provider says', async () => {
    const before = Number((await ask('tokens', { max_tokens: 400 })).headers.get('x-ratelimit-remaining-tokens'));
    expect(before).toBeLessThan(600);
    const after = Number((await ask('tokens', { max_tokens: 400 })).headers.get('x-ratelimit-remaining-tokens'));
    // 30 were used by the first, and this one holds as much as the first did.
    expect(before - after).toBeGreaterThanOrEqual(29);
    expect(before - after).toBeLessThanOrEqual(30);
  });

  it('that could never fit are refused with the reason', async () => {
    const refused = await ask('tokens', { max_tokens: 5_000 });
    expect(refused.status).toBe(429);
    expect(refused.body.error?.message).toContain('more than the limit "tokens" allows at all');
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it('without a cap of the caller take what is left', async () => {
    expect((await ask('output')).status).toBe(200);
    expect((await ask('output')).headers.get('x-ratelimit-remaining-tokens')).toBe('0');
    expect((await ask('output', { max_tokens: 61 })).status).toBe(429);
    expect((await ask('output', { max_tokens: 60 })).status).toBe(200);
  });
});

describe('requests at once', () => {
  it('are as many as the limit says, and make room when they are over', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = (response) => void held.then(() => answerJson(response, 200, { choices: [], usage }));
    const first = ask('at-once');
    await expect.poll(() => provider.requests.length, patience).toBeGreaterThan(0);
    await expect.poll(async () => (await ask('at-once')).status, patience).toBe(429);
    release();
    expect((await first).status).toBe(200);
    answer = (response) => answerJson(response, 200, { choices: [], usage });
    await expect.poll(async () => (await ask('at-once')).status, patience).toBe(200);
  });
});

describe('a budget', () => {
  it('of money refuses what it has no room for, and shows no money', async () => {
    // 20 output tokens at 10 USD a million and 10 of input at 1: 210 micro-USD each, of 1,000.
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await ask('money', { max_tokens: 20 })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
    const refused = await ask('money', { max_tokens: 20 });
    expect(refused.body.error).toMatchObject({ code: 'budget_exceeded', limit: 'money' });
    expect(JSON.stringify([refused.body, ...refused.headers])).not.toMatch(/nano|usd|1000000/i);
  });

  it('refuses what has no price where it must not', async () => {
    const refused = await ask('unpriced', { model: 'without-price' });
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'budget_exceeded', limit: 'unpriced' });
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it('that only warns refuses nobody, and tells each threshold once, in the log and in the metrics', async () => {
    expect((await ask('warned')).status).toBe(200);
    expect((await ask('warned')).status).toBe(200);
    const told = () =>
      gateway.processors
        .flatMap((each) => each.log().split('\n'))
        .filter((line) => line.includes('a threshold of a budget was passed'))
        .map((line) => JSON.parse(line) as { readonly budget: string; readonly percent: number })
        .filter(({ budget }) => budget === 'warned');
    await expect.poll(() => told().map(({ percent }) => percent), patience).toEqual([50, 80, 100]);
    const metrics = await gateway.processors[0]?.metrics();
    for (const percent of [50, 80, 100])
      expect(metrics).toContain(`sluice_budget_alerts_total{budget="warned",percent="${percent}"} 1\n`);
  });
});

describe('a request without limits', () => {
  it('has no headers about them', async () => {
    const free = await ask('free');
    expect(free.status).toBe(200);
    expect([...free.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});
