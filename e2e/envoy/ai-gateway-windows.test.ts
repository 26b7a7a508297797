import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../src/limits/store.ts';
import { openRedis } from '../../src/limits/testing/open-redis.ts';
import { aiRoute, costLimit, gatewayOfOneCaller, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { chat } from '../support/api-shapes.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { document } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/*
 * The end of a window of a token limit written for Envoy AI Gateway: two processors behind a real Envoy that count in one
 * Redis, and may lease from it what they do not have to share.
 */

const key = 'a-client-key-of-enough-characters';
const limitOf = { hour: 1_000, second: 1_000 };

let gateway: TestGateway;
let provider: RecordingProvider;
let redis: RunningRedis;
let store: Store;

const global = {
  rules: [
    costLimit('total', { name: 'x-by-hour', type: 'Distinct' }, limitOf.hour, 'Hour'),
    costLimit('total', { name: 'x-by-second', type: 'Distinct' }, limitOf.second, 'Second'),
  ],
};

beforeAll(async () => {
  redis = await startRedis();
  store = await openRedis(redis.url);
  // Answers use what callers say that they will.
  provider = await startRecordingProvider((response, { body }) => {
    const total = Number((JSON.parse(body) as { readonly user: string }).user);
    const usage = { prompt_tokens: 10, completion_tokens: total - 10, total_tokens: total };
    answerJson(response, 200, { ...chat.answer?.('fine'), usage });
  });
  gateway = await startGateway({
    processors: 2,
    policy: (port) => ({
      'gateway.yaml': gatewayOfOneCaller(port, key),
      'store.yaml': document('GatewayPolicy', 'default', {
        store: { redis: { addresses: [`127.0.0.1:${redis.port}`], leaseTokens: 50, replicas: 2 } },
      }),
      'backend.yaml': localBackend({ name: 'llm', port: provider.port }),
      'route.yaml': aiRoute('chat', [modelRule('llama')], {
        llmRequestCosts: [{ metadataKey: 'total', type: 'TotalToken' }],
      }),
      'limits.yaml': attachedPolicy(
        'BackendTrafficPolicy',
        'chat',
        { kind: 'HTTPRoute', name: 'chat' },
        {
          rateLimit: { global },
        },
      ),
    }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await store?.close();
  await redis?.stop();
});

async function ask(header: string, caller: string, used: number, maxTokens: number) {
  const response = await fetch(`${gateway.url}${chat.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', [header]: caller },
    body: JSON.stringify({
      ...chat.request('Hello', false),
      model: 'llama',
      user: String(used),
      max_tokens: maxTokens,
    }),
  });
  const text = await response.text();
  const at = (name: string) => response.headers.get(name);
  return { status: response.status, text, left: at('x-ratelimit-remaining-tokens'), retryAfter: at('retry-after') };
}

/** What one used is settled a moment after its answer. */
const settled = (caller: string, used: number) =>
  until(`${used} are settled`, async () => {
    const report = (await store.list('limit:')).find(({ counter }) => counter.key.includes(caller));
    return report?.used === used && report.reserved === 0;
  });

it('lets in while anything is left, by whichever processor, and nobody when more than that has been used', async () => {
  const ana = (used: number, maxTokens: number) => ask('x-by-hour', 'ana', used, maxTokens);
  for (let request = 1; request <= 9; request++) expect((await ana(110, 5)).status).toBe(200);
  await settled('ana', 990);
  const large = await ana(1_500, 4_096);
  expect(large, large.text).toMatchObject({ status: 200, left: '5' });
  await settled('ana', 2_490);
  const refused = await ana(20, 5);
  expect(refused.status).toBe(429);
  expect(refused.text).toContain('has 0 tokens left. Try again in');
  expect(Number(refused.retryAfter)).toBeGreaterThan(1);
  expect((await ask('x-by-hour', 'ben', 20, 4_096)).status).toBe(200);
});

it('lets in again when the window has ended', async () => {
  const eve = (used: number, maxTokens: number) => ask('x-by-second', 'eve', used, maxTokens);
  const second = () => Math.floor(Date.now() / 1_000);
  // However busy the machine is, at some time all of it falls into one window.
  await until('a window has been used up', async () => {
    const window = second();
    const statuses = [await eve(400, 5), await eve(1_500, 4_096)].map(({ status }) => status);
    if (second() === window) expect(statuses).toEqual([200, 200]);
    while (second() === window) if ((await eve(20, 5)).status === 429) return true;
    return false;
  });
  await until('the next one has begun', async () => (await eve(20, 4_096)).status === 200);
});
