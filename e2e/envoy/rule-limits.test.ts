import { afterAll, beforeAll, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* A BackendTrafficPolicy with limits for one rule of an AIGatewayRoute, beside one for the route. */

const key = 'sk-a-key-of-enough-characters';

let llm: RecordingProvider;
let gateway: TestGateway;

const limit = (name: string, requests: number, sectionName?: string): string =>
  attachedPolicy(
    'BackendTrafficPolicy',
    name,
    { kind: 'HTTPRoute', name: 'chat', ...(sectionName !== undefined && { sectionName }) },
    { rateLimit: { type: 'Global', global: { rules: [{ limit: { requests, unit: 'Year' } }] } } },
  );

const manifests = (): string =>
  documents(
    localBackend({ name: 'llm', port: llm.port }),
    aiRoute(
      'chat',
      ['dear', 'cheap', 'other'].map((name) => modelRule(name, { name })),
    ),
    limit('of-route', 3),
    limit('of-rule', 1, 'dear'),
    apiKey('me', 'KEY'),
  );

const ask = async (model: string): Promise<number> => {
  const { status } = await rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  return status;
};

beforeAll(async () => {
  llm = await startRecordingProvider((response) =>
    answerJson(response, 200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }),
  );
  gateway = await startGateway({ env: { KEY: key }, policy: { 'routes.yaml': manifests() } });
  await until('the route is there', async () => (await ask('nowhere')) === 404);
});

afterAll(async () => {
  await gateway?.stop();
  await llm?.close();
});

it('a rule has limits of its own in place of those of its route, which count the others together', async () => {
  expect([await ask('dear'), await ask('dear')]).toEqual([200, 429]);
  expect([await ask('cheap'), await ask('other'), await ask('cheap'), await ask('other')]).toEqual([
    200, 200, 200, 429,
  ]);
  expect(await ask('dear')).toBe(429);
});
