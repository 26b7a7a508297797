import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, gatewayOfOneCaller, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* A quota of a backend with a bucket for each tier of callers, on a real Envoy. */

const key = 'a-client-key-of-enough-characters';

let gateway: TestGateway;
let provider: RecordingProvider;

const bucket = (tier: string, limit: number) => ({
  clientSelectors: [{ headers: [{ name: 'x-tier', value: tier }] }],
  quota: { limit, duration: '1d' },
});

const quotas = `apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: QuotaPolicy
metadata: {name: tiers}
spec: ${JSON.stringify({
  targetRefs: [{ group: 'aigateway.envoyproxy.io', kind: 'AIServiceBackend', name: 'llm' }],
  perModelQuotas: [
    {
      modelName: 'llama-upstream',
      quota: { costExpression: 'output_tokens', bucketRules: [bucket('free', 40), bucket('paid', 400)] },
    },
  ],
})}
`;

beforeAll(async () => {
  provider = await startRecordingProvider((response) =>
    answerJson(response, 200, {
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 20, total_tokens: 25 },
    }),
  );
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': gatewayOfOneCaller(port, key),
      'backend.yaml': localBackend({ name: 'llm', port: provider.port }),
      'route.yaml': aiRoute('chat', [
        modelRule('llama', { backendRefs: [{ name: 'llm', modelNameOverride: 'llama-upstream' }] }),
      ]),
      'quotas.yaml': quotas,
    }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

async function ask(tier?: string): Promise<number> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(tier && { 'x-tier': tier }) },
    body: JSON.stringify({ model: 'llama', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 20 }),
  });
  await response.text();
  return response.status;
}

/**
 * What one used is settled a moment after its answer; until then it holds half of what is left, so that some come in
 * between.
 */
async function servedUntilRefused(tier: string): Promise<number> {
  const before = provider.requests.length;
  await until(`${tier} is used up`, async () => (await ask(tier)) === 429);
  return provider.requests.length - before;
}

describe('a quota with several buckets', () => {
  it('lets each of them be used up by those whom it is for, and by nobody else', async () => {
    // 20 each.
    const [free, paid] = [await servedUntilRefused('free'), await servedUntilRefused('paid')];
    expect([free >= 2, free < 8, paid >= 20, paid < 26]).toEqual([true, true, true, true]);
    await until('both are used up', async () => (await ask('free')) === 429 && (await ask('paid')) === 429);
    // Of whom no bucket speaks.
    for (let request = 0; request < 4; request++) expect([await ask('trial'), await ask()]).toEqual([200, 200]);
  });
});
