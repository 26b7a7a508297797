import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { UsageRecord } from '../../src/llm/usage/record.ts';
import { localBackend, routeTo } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { documents } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { patience } from '../support/until.ts';
import { type UsageFile, usageFile } from '../support/usage-file.ts';

/* Prices that no Model states: out of a catalogue in the policy folder, up to the record of a request, on a real Envoy. */

let gateway: TestGateway;
let provider: RecordingProvider;
let usage: UsageFile;

const answer = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'fine' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
};

const catalogue = (ofHouse: string) => `
apiVersion: sluice.dev/v1alpha1
kind: PriceCatalogue
metadata: {name: public}
spec:
  prices:
  - {provider: house, model: weights, pricing: ${ofHouse}}
  - {model: weights, pricing: {input: 100, output: 100}}
  - {model: other, pricing: {input: 3, output: 30}}
  - {model: stated, pricing: {input: 100, output: 100}}
  - {provider: vllm, model: routed, pricing: {input: 5, output: 5}}
`;

beforeAll(async () => {
  usage = await usageFile();
  provider = await startRecordingProvider((response) => answerJson(response, 200, answer));
  const model = (name: string, spec: string) => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec: ${spec}`;
  gateway = await startGateway({
    policy: {
      'prices.yaml': catalogue('{input: 2, output: 8}'),
      'route.yaml': documents(routeTo({ routed: ['vllm'] }), localBackend({ name: 'vllm', port: provider.port })),
      'policy.yaml': [
        `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: house}
spec: {schema: openai, endpoint: "http://127.0.0.1:${provider.port}/v1", credential: {none: {}}}`,
        model('listed', '{targets: [{provider: house, model: weights}]}'),
        model('other', '{targets: [{provider: house}]}'),
        model('stated', '{targets: [{provider: house}], pricing: {input: 1, output: 1}}'),
        model('unknown', '{targets: [{provider: house}]}'),
        `\n${usage.policy}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: k}
spec: {hash: "sha256:${sha256Hex('sk-listed')}"}`,
      ].join('\n---'),
    },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
  await usage?.remove();
});

/** What the record of one more request for the model says of its cost. */
async function costOf(model: string): Promise<UsageRecord['cost']> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-listed', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  expect([response.status, await response.json()]).toEqual([200, answer]);
  return (await usage.recordOf(response.headers.get('x-request-id'))).cost;
}

describe('a price of a catalogue', () => {
  it('is what a request costs whose target and Model say none', async () => {
    expect(await costOf('listed')).toMatchObject({ nanoUsd: 360_000, priceVersion: expect.any(String) });
    expect(await costOf('other')).toMatchObject({ nanoUsd: 900_000 });
    expect(await costOf('stated')).toMatchObject({ nanoUsd: 120_000 });
    expect(await costOf('routed')).toMatchObject({ nanoUsd: 600_000 });
    expect(await costOf('unknown')).toEqual({ unknown: expect.any(String) });
  });

  it('holds from the moment it is saved, under another version; a broken catalogue changes nothing', async () => {
    const before = await costOf('listed');
    await gateway.write('prices.yaml', catalogue('{input: 4, output: 16}'));
    await expect.poll(() => costOf('listed'), patience).toMatchObject({ nanoUsd: 720_000 });
    const after = await costOf('listed');
    expect(after?.priceVersion).not.toBe(before?.priceVersion);
    await gateway.write('prices.yaml', catalogue('{input: nothing}'));
    expect(await costOf('listed')).toEqual(after);
    await gateway.write('prices.yaml', catalogue('{input: 2, output: 8}'));
    await expect.poll(() => costOf('listed'), patience).toEqual(before);
  });
});
