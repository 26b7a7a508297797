import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { Store } from '../../src/limits/store.ts';
import { openRedis } from '../../src/limits/testing/open-redis.ts';
import { chat } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents, model, provider as providerDocument } from '../support/policy-documents.ts';
import { freePort } from '../support/ports.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/* However a request ends, what it held of its limits and budgets comes back, and what it used is counted once. */

const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
/** Of `usage`: input at 1 USD a million, output at 10. */
const nanoUsd = 10 * 1_000 + 20 * 10_000;
const forbidden = 'TCK-123456';

interface End {
  readonly how: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly prompt?: string;
  /** The caller goes away when this has happened. */
  readonly leaves?: 'when asked' | 'at the first bytes';
  readonly answer?: (response: ServerResponse, path: string) => unknown;
  readonly status: number;
  /** What stays counted; undefined: what had passed, which is something. */
  readonly tokens: number | undefined;
}

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const finish = (more: object) => `data: ${JSON.stringify({ choices: [], ...more })}\n\ndata: [DONE]\n\n`;
const events = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const done = (response: ServerResponse, text = 'fine') => answerJson(response, 200, { ...chat.answer?.(text), usage });

const ends: readonly End[] = [
  { how: 'done', answer: (response) => done(response), status: 200, tokens: 30 },
  {
    how: 'done as a stream',
    stream: true,
    answer: (response) => events(response).end(chunk('fine') + finish({ usage })),
    status: 200,
    tokens: 30,
  },
  {
    how: 'done by the second provider',
    answer: (response, path) => (path.startsWith('/first') ? answerJson(response, 503, {}) : done(response)),
    status: 200,
    tokens: 30,
  },
  {
    how: 'refused by the provider',
    answer: (response) => answerJson(response, 400, { error: { message: 'no' } }),
    status: 400,
    tokens: 0,
  },
  { how: 'failed at every provider', answer: (response) => answerJson(response, 503, {}), status: 503, tokens: 0 },
  { how: 'not taken by any provider', model: 'nobody', status: 502, tokens: 0 },
  {
    how: 'cut by the provider in the middle',
    stream: true,
    answer: async (response) => {
      events(response).write(chunk('some words that have passed, '));
      await sleep(100);
      response.destroy();
    },
    status: 200,
    tokens: undefined,
  },
  {
    how: 'blocked in its answer',
    answer: (response) => done(response, `about ${forbidden}`),
    status: 403,
    tokens: 30,
  },
  {
    how: 'blocked in its stream',
    stream: true,
    answer: (response) => void events(response).write(chunk('some words that have passed, ') + chunk(`${forbidden}, `)),
    status: 200,
    tokens: undefined,
  },
  { how: 'blocked before it left', prompt: forbidden, status: 403, tokens: 0 },
  { how: 'left by its caller before an answer', leaves: 'when asked', answer: () => {}, status: 0, tokens: undefined },
  {
    how: 'left by its caller in the middle',
    stream: true,
    leaves: 'at the first bytes',
    answer: (response) => void events(response).write(chunk('some words that have passed, ')),
    status: 200,
    tokens: undefined,
  },
];

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: RunningRedis;
let store: Store;
let current: End | undefined;

beforeAll(async () => {
  redis = await startRedis();
  store = await openRedis(redis.url);
  provider = await startRecordingProvider((response, { path }) => void current?.answer?.(response, path));
  const closed = await freePort();
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        ...['first', 'second'].map((name) => providerDocument(name, `http://127.0.0.1:${provider.port}/${name}/v1`)),
        providerDocument('closed', `http://127.0.0.1:${closed}/v1`),
        model('m', ['first/m', 'second/m'], {
          pricing: { input: 1, output: 10 },
          retry: { coolDown: { failures: 0 } },
        }),
        model('nobody', ['closed/m'], { pricing: { input: 1, output: 10 } }),
        document('Guardrail', 'tickets', { rules: [{ name: 'r', regex: { pattern: 'TCK-\\d{6}' }, action: 'block' }] }),
        document('Limit', 'tokens', { per: ['key'], tokens: 1_000, window: '1h', algorithm: 'fixed' }),
        document('Limit', 'at-once', { per: ['key'], concurrency: 5 }),
        document('Budget', 'money', { per: ['key'], amount: { usd: 1 }, period: { calendar: 'year' } }),
        document('GatewayPolicy', 'default', {
          store: { redis: { addresses: [`127.0.0.1:${redis.port}`], commandTimeout: '5s' } },
        }),
        ...ends.map((_, index) => document('ApiKey', `k${index}`, { hash: `sha256:${sha256Hex(`sk-k${index}`)}` })),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await store?.close();
  await redis?.stop();
});

async function ask(end: End, key: string): Promise<number> {
  const leaving = new AbortController();
  const before = provider.requests.length;
  const asked = fetch(`${gateway.url}${chat.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...chat.request(end.prompt ?? 'hello', end.stream === true),
      ...{ model: end.model ?? 'm', max_tokens: 100 },
    }),
    signal: leaving.signal,
  });
  if (end.leaves === 'when asked') {
    await until('the provider is asked', () => provider.requests.length > before);
    expect(await heldBy(key)).toBe(1);
    leaving.abort();
    return asked.then(
      ({ status }) => status,
      () => 0,
    );
  }
  const response = await asked;
  const reader = response.body?.getReader();
  // A stream that breaks off throws.
  for (let piece = await reader?.read().catch(() => undefined); piece?.done === false; ) {
    if (end.leaves !== undefined) leaving.abort();
    piece = await reader?.read().catch(() => undefined);
  }
  return response.status;
}

async function countersOf(key: string) {
  const reports = await store.list('');
  return new Map(
    reports
      .filter(({ counter }) => counter.key.endsWith(`:key=${key}`))
      .map((report) => [report.counter.key.split(':')[1] ?? '', report]),
  );
}

async function heldBy(key: string): Promise<number> {
  return (await countersOf(key)).get('at-once')?.reserved ?? 0;
}

describe('what a request held', () => {
  it.each(ends.map((end, index) => ({ ...end, index })))('comes back where it is $how', async ({ index, ...end }) => {
    const key = `k${index}`;
    current = end;
    expect(await ask(end, key)).toBe(end.status);
    const isBack = async () => [...(await countersOf(key)).values()].every(({ reserved }) => reserved === 0);
    await until('nothing is reserved', isBack);
    // Nor is it settled again by anything that comes later.
    for (const wait of [0, 150]) {
      await sleep(wait);
      const counters = await countersOf(key);
      for (const [name, { drift, reserved }] of counters)
        expect({ name, drift, reserved }).toMatchObject({ drift: 0, reserved: 0 });
      expect(counters.get('at-once')?.used ?? 0).toBe(0);
      const [tokens, money] = [counters.get('tokens')?.used ?? 0, counters.get('money')?.used ?? 0];
      if (end.tokens !== undefined) {
        expect([tokens, money]).toEqual([end.tokens, end.tokens === 0 ? 0 : nanoUsd]);
      } else {
        // The input, for the provider has it, and the few words that have passed; not the cap that had been reserved.
        expect(tokens).toBeGreaterThan(5);
        expect(tokens).toBeLessThan(60);
        expect(money).toBeGreaterThan(0);
      }
    }
  });
});
