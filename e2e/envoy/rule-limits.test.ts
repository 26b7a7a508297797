import { afterAll, beforeAll, expect, it } from 'vitest';
import { localBackend } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* A BackendTrafficPolicy with limits for one rule of an AIGatewayRoute, beside one for the route. */

const key = 'sk-a-key-of-enough-characters';

let llm: RecordingProvider;
let gateway: TestGateway;

const rule = (name: string): string => `
  - name: ${name}
    matches: [{headers: [{name: x-ai-eg-model, value: ${name}}]}]
    backendRefs: [{name: llm}]`;

const limit = (name: string, requests: number, sectionName?: string): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: ${name}}
spec: ${JSON.stringify({
  targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'chat', sectionName }],
  rateLimit: { type: 'Global', global: { rules: [{ limit: { requests, unit: 'Year' } }] } },
})}
`;

const manifests = (port: number): string =>
  documents(
    `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test}
spec:
  addresses: [{value: 127.0.0.1}]
  listeners: [{name: all, protocol: HTTP, port: ${port}}]
`,
    localBackend({ name: 'llm', port: llm.port }),
    `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat}
spec:
  parentRefs: [{name: test}]
  rules: ${rule('dear')}${rule('cheap')}${rule('other')}
`,
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
  gateway = await startGateway({ env: { KEY: key }, policy: (port) => ({ 'routes.yaml': manifests(port) }) });
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
