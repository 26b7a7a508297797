import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { Store } from '../../src/limits/store.ts';
import { openRedis } from '../../src/limits/testing/open-redis.ts';
import { chat } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document, documents, model, provider as providerDocument } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/* A busy limit out of leases, on a real Envoy and a real Redis. */

const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
const leaseTokens = 2_000;
const count = 40;

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: RunningRedis;
let store: Store;

beforeAll(async () => {
  redis = await startRedis();
  store = await openRedis(redis.url);
  provider = await startRecordingProvider((response) => answerJson(response, 200, { ...chat.answer?.('fine'), usage }));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        providerDocument('a', `http://127.0.0.1:${provider.port}/v1`),
        model('m', ['a/m']),
        ...['leased', 'small'].map((name) => document('ApiKey', name, { hash: `sha256:${sha256Hex(`sk-${name}`)}` })),
        document('Limit', 'leased', {
          scope: { keys: ['leased'] },
          tokens: 10 * leaseTokens,
          window: '1h',
          algorithm: 'fixed',
        }),
        document('Limit', 'small', {
          scope: { keys: ['small'] },
          tokens: leaseTokens,
          window: '1h',
          algorithm: 'fixed',
        }),
        document('GatewayPolicy', 'default', {
          store: { redis: { addresses: [`127.0.0.1:${redis.port}`], leaseTokens, replicas: 1 } },
        }),
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

/** Scripts that Redis has run for so many requests, one after the other. */
async function scriptsFor(key: string): Promise<number> {
  const admin = new Redis(redis.url);
  await admin.config('RESETSTAT');
  for (let n = 0; n < count; n++) {
    const response = await fetch(`${gateway.url}${chat.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...chat.request('hello', false), max_tokens: 20 }),
    });
    expect(response.status, await response.text()).toBe(200);
  }
  const stats = await admin.info('commandstats');
  admin.disconnect();
  return [...stats.matchAll(/^cmdstat_evalsha:calls=(\d+)/gm)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

const counterOf = async (name: string) => (await store.list(`limit:${name}`))[0];

it('asks Redis for a part of it now and then, and leaves exactly what was used', async () => {
  expect(await scriptsFor('leased')).toBeLessThan(count / 2);
  // Given back when nothing has been drawn for a moment.
  await until('the lease is given back', async () => (await counterOf('leased'))?.reserved === 0);
  expect(await counterOf('leased')).toMatchObject({ used: count * 30, reserved: 0, drift: 0 });
});

it('asks for every request where the limit is too small to give parts of it away', async () => {
  expect(await scriptsFor('small')).toBeGreaterThanOrEqual(2 * count - 1);
  await until('all is settled', async () => (await counterOf('small'))?.reserved === 0);
  expect(await counterOf('small')).toMatchObject({ used: count * 30, drift: 0 });
});
