import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { CounterReport, Store } from '../../src/limits/store.ts';
import { openRedis } from '../../src/limits/testing/open-redis.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents, model, provider as providerDocument } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/* Limits while their store is away, and when processors or callers go: on a real Envoy and a real Redis. */

const keys = ['closed', 'open', 'local', 'beside', 'running', 'stopped', 'stream', 'free'] as const;
const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: RunningRedis;
let store: Store;
let answer: (response: ServerResponse) => unknown;

const done = (response: ServerResponse) => answerJson(response, 200, { choices: [], usage });

function limit(kind: 'Limit' | 'Budget', name: string, spec: object): string {
  return document(kind, name, { scope: { keys: [name] }, ...spec });
}

beforeAll(async () => {
  // What a processor that ends waits for requests that run. Default 10 s.
  process.env.SLUICE_PROCESSOR_GRACE = '0.5';
  redis = await startRedis();
  store = await openRedis(redis.url);
  provider = await startRecordingProvider((response) => answer(response));
  const hourly = { window: '1h', algorithm: 'fixed' };
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        providerDocument('a', `http://127.0.0.1:${provider.port}/v1`),
        model('m', ['a/m'], { pricing: { input: 1, output: 10 } }),
        document('GatewayPolicy', 'default', {
          store: { redis: { addresses: [`127.0.0.1:${redis.port}`], commandTimeout: '100ms', replicas: 2 } },
        }),
        limit('Limit', 'closed', { requests: 100, onStoreFailure: 'closed', ...hourly }),
        limit('Limit', 'open', { requests: 1, onStoreFailure: 'open', ...hourly }),
        limit('Limit', 'local', { requests: 4, onStoreFailure: 'local', ...hourly }),
        limit('Limit', 'beside', { requests: 100, onStoreFailure: 'closed', ...hourly }),
        limit('Budget', 'running', { amount: { tokens: 1_000 }, period: { calendar: 'month' } }),
        limit('Budget', 'stopped', { amount: { tokens: 1_000 }, period: { calendar: 'month' } }),
        limit('Budget', 'stream', {
          amount: { tokens: 300 },
          period: { calendar: 'month' },
          endStreams: true,
          defaultOutputReserve: 50,
        }),
        ...keys.map((name) => document('ApiKey', name, { hash: `sha256:${sha256Hex(`sk-${name}`)}` })),
      ),
    },
  });
});
afterAll(async () => {
  await redis?.resume();
  await gateway?.stop();
  await provider?.close();
  await store?.close();
  await redis?.stop();
});
afterEach(() => redis.resume());

interface Asked {
  readonly status: number;
  readonly mode: string | null;
  readonly code: unknown;
  readonly text: string;
}

async function ask(key: (typeof keys)[number], more: object = {}): Promise<Asked> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', max_tokens: 20, messages: [{ role: 'user', content: 'hello' }], ...more }),
  });
  const text = await response.text();
  const isError = response.status !== 200;
  const code = isError ? (JSON.parse(text) as { readonly error: { readonly code: unknown } }).error.code : undefined;
  return { status: response.status, mode: response.headers.get('x-sluice-limit-mode'), code, text };
}

async function counterOf(name: string): Promise<CounterReport | undefined> {
  return (await store.list('')).find(({ counter }) => counter.key.split(':')[1] === name);
}

const metrics = async (): Promise<string> => (await gateway.processors[0]?.metrics()) ?? '';
const isAway = async (): Promise<boolean> => /^sluice_limits_store_away 1$/m.test(await metrics());
const isBack = async (): Promise<boolean> => /^sluice_limits_store_away 0$/m.test(await metrics());

/** The first requests find out that nobody answers. */
async function loseStore(): Promise<void> {
  await redis.pause();
  await until('the store is known to be away', async () => {
    await ask('closed');
    return isAway();
  });
}

describe('while the store does not answer', () => {
  it.each([
    ['closed', [{ status: 503, mode: 'closed', code: 'limits_unavailable' }]],
    ['open', Array.from({ length: 3 }, () => ({ status: 200, mode: 'open' }))],
    // Half of 4, since two processors share it.
    ['local', [{ status: 200 }, { status: 200, mode: 'local' }, { status: 429, mode: 'local' }]],
    ['free', [{ status: 200, mode: null }]],
  ] as const)('a limit that is %s does what it says', async (key, expected) => {
    answer = done;
    await loseStore();
    for (const each of expected) {
      const asked = await ask(key);
      expect(asked).toMatchObject(each);
    }
    await gateway.processors[0]?.ready();
    await redis.resume();
    await until('the store is back', isBack);
  });

  it('says so in metrics and log, and nobody waits for it any more', async () => {
    answer = done;
    await loseStore();
    const timeOf = async (key: 'open' | 'free'): Promise<number> => {
      const began = performance.now();
      for (let n = 0; n < 20; n++) await ask(key);
      return performance.now() - began;
    };
    // Each of them would wait for 100 ms. How long they take otherwise is a matter of the machine.
    expect(await timeOf('open')).toBeLessThan(2 * (await timeOf('free')) + 1_000);
    const shown = await metrics();
    expect(shown).toContain('sluice_limit_decisions_total{limit="open",outcome="open"}');
    expect(shown).toContain('sluice_limit_decisions_total{limit="local",outcome="local"}');
    expect(shown).toContain('sluice_limit_decisions_total{limit="closed",outcome="unavailable"}');
    expect(gateway.processors[0]?.log()).toContain('the shared store cannot count');
    await redis.resume();
    await until('the store is back', isBack);
    expect((await ask('closed')).status).toBe(200);
  });

  it('what ends meanwhile is settled when it is back, once', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    answer = (response) => void held.then(() => done(response));
    const asked = ask('running');
    await until('it is reserved', async () => ((await counterOf('running'))?.reserved ?? 0) > 0);
    answer = done;
    await loseStore();
    release();
    expect((await asked).status).toBe(200);
    await redis.resume();
    await until('it is settled', async () => (await counterOf('running'))?.reserved === 0);
    await sleep(50);
    expect(await counterOf('running')).toMatchObject({ used: 30, reserved: 0, drift: 0 });
  });
});

describe('something else in the place of a counter', () => {
  it('hits the limit that it belongs to and no other, and is named until it is removed', async () => {
    answer = done;
    expect((await ask('closed')).status).toBe(200);
    const admin = new Redis(redis.url);
    const [key = ''] = await admin.keys('*:c:limit:closed:*');
    await admin.del(key);
    await admin.rpush(key, 'of somebody else');
    for (let n = 0; n < 5; n++) {
      expect(await ask('closed')).toMatchObject({ status: 503, mode: 'closed', code: 'limits_unavailable' });
      expect(await ask('beside')).toMatchObject({ status: 200, mode: null });
    }
    expect(await isAway()).toBe(false);
    expect(await metrics()).toMatch(/sluice_limits_counters_unreadable_total [1-9]/);
    const log = gateway.processors[0]?.log() ?? '';
    expect(log).toContain(key);
    expect(log).toContain('sluice limits reset --limit closed');
    expect(await store.listUnreadable('')).toEqual([key.slice(key.indexOf('limit:closed'))]);
    expect(await store.reset({ prefix: 'limit:closed' })).toBe(1);
    await until('it counts again', async () => (await ask('closed')).status === 200);
    expect(await counterOf('closed')).toMatchObject({ used: 1 });
    admin.disconnect();
  });
});

describe('a stream that runs past a hard budget', () => {
  it('is ended with an error event, charged, and the provider is told', async () => {
    let sent = 0;
    let isClosed = false;
    answer = async (response) => {
      response.on('close', () => {
        isClosed = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (; !isClosed && sent < 2_000; sent++) {
        response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: ' another word' } }] })}\n\n`);
        await sleep(1);
      }
    };
    const { status, text } = await ask('stream', { stream: true, max_tokens: undefined });
    expect(status).toBe(200);
    const last = text
      .trimEnd()
      .split('\n')
      .findLast((line) => line.startsWith('data: {'));
    expect(JSON.parse(last?.slice(6) ?? '{}')).toMatchObject({
      error: { code: 'budget_exceeded', message: expect.stringContaining('"stream"') },
    });
    await until('the provider is told', () => isClosed);
    await until('it is settled', async () => (await counterOf('stream'))?.reserved === 0);
    const used = (await counterOf('stream'))?.used ?? 0;
    const passed = text.split('another word').length - 1;
    // Everything that passed is charged; the bound on what passes: one step, and what was under way meanwhile.
    expect(used).toBeGreaterThanOrEqual(2 * passed);
    expect(used).toBeLessThan(300 + 2 * 128 + 200);
    expect((await ask('stream', { stream: false })).code).toBe('budget_exceeded');
  });
});

describe('a processor that is asked to end', () => {
  it('settles what it cuts off', async () => {
    answer = () => {};
    const asked = ask('stopped').catch(() => undefined);
    await until('it is reserved', async () => ((await counterOf('stopped'))?.reserved ?? 0) > 0);
    const stopping = gateway.processors[0]?.kill('SIGTERM');
    await asked;
    await stopping;
    expect(await counterOf('stopped')).toMatchObject({ reserved: 0, drift: 0 });
    await gateway.processors[0]?.restart();
  });

  it('and one that is killed leaves what it held for two minutes, not longer', async () => {
    const before = (await counterOf('running'))?.used ?? 0;
    answer = () => {};
    const asked = ask('running').catch(() => undefined);
    await until('it is reserved', async () => ((await counterOf('running'))?.reserved ?? 0) > 0);
    await gateway.processors[0]?.kill('SIGKILL');
    await asked;
    expect((await counterOf('running'))?.reserved).toBeGreaterThan(0);
    const later = await openRedis(redis.url, { now: () => Date.now() + 121_000 });
    const counters = await later.list('budget:running');
    expect(counters).toMatchObject([{ used: before, reserved: 0, drift: 0 }]);
    await later.close();
    await gateway.processors[0]?.restart();
  });
});
