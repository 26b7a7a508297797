import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import {
  aiRoute,
  backendManifest,
  costLimit,
  localBackend,
  modelRule,
  secretOf,
} from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { documents } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * A folder with nothing but manifests in the words of Gateway API, Envoy Gateway and Envoy AI Gateway, on a real Envoy.
 */

const key = 'a-client-key-of-enough-characters';
const otherKey = 'another-client-key-of-enough-characters';

let practice: Practice;
let gateway: TestGateway;

const gatewayOfClass = (port: number): string => `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: sluice-egress}
spec: {controllerName: sluice.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test, namespace: default}
spec:
  gatewayClassName: sluice-egress
  addresses: [{value: 127.0.0.1}]
  listeners:
    - {name: http, protocol: HTTP, port: ${port}}
    - {name: team, protocol: HTTP, port: ${port}, hostname: "*.team.test"}
`;

const clients = documents(
  attachedPolicy(
    'SecurityPolicy',
    'clients',
    { kind: 'Gateway', name: 'test' },
    {
      apiKeyAuth: {
        credentialRefs: [{ group: '', kind: 'Secret', name: 'clients' }],
        extractFrom: [{ headers: ['x-api-key'] }],
      },
    },
  ),
  secretOf('clients', { ana: key, ben: otherKey }),
);

type Spec = Readonly<Record<string, unknown>>;

/** An account of the practice provider, which tells them apart by their paths. */
const account = (name: string, headerMutation?: Spec): string =>
  documents(
    localBackend({
      name,
      port: practice.port,
      prefix: `${name}/v1`,
      credential: { type: 'APIKey', apiKey: { secretRef: { name } } },
      ...(headerMutation && { headerMutation }),
    }),
    secretOf(name, { apiKey: `${name}-secret` }),
  );

const asked = (model: string, backendRefs: readonly Spec[], more: Spec = {}) =>
  modelRule(model, { backendRefs, ...more });
const set = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
const [first, second, spare] = [{ name: 'first' }, { name: 'second' }, { name: 'second', priority: 1 }];

const chat = aiRoute('chat', [
  asked(
    'virtual',
    [
      {
        ...{ ...first, modelNameOverride: 'first-model' },
        headerMutation: { set: set(['x-both', 'route'], ['x-route', '1']), remove: ['x-client'] },
        bodyMutation: { set: [{ path: 'temperature', value: '0.5' }], remove: ['user'] },
      },
      { ...spare, modelNameOverride: 'second-model' },
    ],
    { modelsOwnedBy: 'platform', modelsCreatedAt: '2025-01-01T00:00:00Z' },
  ),
  asked('split', [
    { ...first, weight: 3 },
    { ...second, weight: 1 },
  ]),
  {
    matches: [
      {
        headers: [
          { type: 'RegularExpression', name: 'x-ai-eg-model', value: 'open-.*' },
          { name: 'x-tenant', value: 'a' },
        ],
      },
    ],
    backendRefs: [second],
  },
  asked('slow', [first], { timeouts: { request: '300ms' } }),
  asked('silent', [first, spare], { streamIdleTimeout: '300ms' }),
]);

const ofAHost = aiRoute('of-a-host', [asked('virtual', [{ ...second, modelNameOverride: 'of-one' }])], {
  hostnames: ['one.team.test'],
});

const traffic = (name: string, route: string, spec: Spec): string =>
  attachedPolicy('BackendTrafficPolicy', name, { kind: 'HTTPRoute', name: route }, spec);

const chosenRetry = documents(
  aiRoute('chosen-retry', [asked('only-503', [first, spare], { name: 'rule' })]),
  traffic('retry', 'chosen-retry', {
    retry: {
      numRetries: 3,
      retryOn: { triggers: ['connect-failure', 'retriable-status-codes'], httpStatusCodes: [503] },
    },
  }),
);

const limited = documents(
  aiRoute('limited', [asked('limited', [first])], {
    llmRequestCosts: [{ metadataKey: 'llm_total_token', type: 'TotalToken' }],
  }),
  traffic('tokens', 'limited', {
    rateLimit: {
      type: 'Global',
      global: { rules: [costLimit('llm_total_token', { name: 'x-user-id', type: 'Distinct' }, 100, 'Hour')] },
    },
  }),
);

/** In the words of the first versions: the backend names its policy, and the route its Gateways as targets. */
const firstWords = (): string => `apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: AIGatewayRoute
metadata: {name: first-words}
spec:
  schema: {name: OpenAI}
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: test}]
  rules: [${JSON.stringify(asked('in-first-words', [{ name: 'older' }]))}]
---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: AIServiceBackend
metadata: {name: older}
spec:
  schema: {name: OpenAI, version: older/v1}
  backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: older}
  backendSecurityPolicyRef: {group: aigateway.envoyproxy.io, kind: BackendSecurityPolicy, name: shared-key}
---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: BackendSecurityPolicy
metadata: {name: shared-key}
spec: {type: APIKey, apiKey: {secretRef: {name: shared-key}}}
---
${documents(backendManifest('older', practice.port), secretOf('shared-key', { apiKey: 'shared-secret' }))}`;

beforeAll(async () => {
  practice = await startPractice();
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': documents(gatewayOfClass(port), clients),
      'first.yaml': account('first', { set: set(['x-both', 'backend'], ['x-backend', '1']) }),
      'second.yaml': account('second'),
      'routes.yaml': documents(chat, ofAHost, chosenRetry, limited),
      'first-words.yaml': firstWords(),
    }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

async function ask(model: string, headers: Readonly<Record<string, string>> = {}, body: object = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

/** `fetch` does not let its caller choose the host. */
function requestWithHost(url: string, host: string, headers: Readonly<Record<string, string>>, body?: string) {
  return new Promise<{ readonly status: number; readonly json: unknown }>((resolve, reject) => {
    const request = httpRequest(url, { method: body === undefined ? 'GET' : 'POST', headers: { ...headers, host } });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }));
      response.on('error', reject);
    });
    request.end(body);
  });
}

describe('manifests of the AI gateway vocabulary', () => {
  it('lets in the clients of a SecurityPolicy, and nobody else', async () => {
    expect((await ask('virtual')).status).toBe(200);
    expect((await ask('virtual', { 'x-api-key': otherKey })).status).toBe(200);
    expect((await ask('virtual', { 'x-api-key': 'somebody-else-with-a-long-key' })).status).toBe(401);
  });

  it('lists the models that rules name', async () => {
    const response = await fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': key } });
    const { data } = (await response.json()) as { data: { id: string; owned_by: string; created: number }[] };
    expect(data.map(({ id }) => id)).toEqual([
      'in-first-words',
      'limited',
      'only-503',
      'silent',
      'slow',
      'split',
      'virtual',
    ]);
    expect(data.at(-1)).toMatchObject({ owned_by: 'platform', created: 1_735_689_600 });
    expect(data[0]).toMatchObject({ owned_by: 'Envoy AI Gateway', created: 0 });
  });

  it('sends the provider its own model, credential and changes', async () => {
    const answer = await ask('virtual', { 'x-client': 'yes', 'x-both': 'caller' }, { user: 'ana' });
    expect(answer.json).toMatchObject({ model: 'first-model' });
    const [request] = practice.requests;
    expect(request).toMatchObject({
      account: 'first',
      headers: { authorization: 'Bearer first-secret', 'x-both': 'route', 'x-route': '1', 'x-backend': '1' },
      body: { model: 'first-model', temperature: 0.5 },
    });
    expect(request?.headers).not.toHaveProperty('x-client');
    expect(request?.body).not.toHaveProperty('user');
  });

  it('serves what the first versions called otherwise', async () => {
    expect((await ask('in-first-words')).status).toBe(200);
    expect(practice.requests[0]).toMatchObject({
      account: 'older',
      headers: { authorization: 'Bearer shared-secret' },
      body: { model: 'in-first-words' },
    });
  });

  it.each([429, 503])('falls back to the second backend on %i, as if the first had not been asked', async (status) => {
    practice.behave({ account: 'first', fault: { kind: 'status', status } });
    const answer = await ask('virtual', { 'x-client': 'yes', 'x-both': 'caller' }, { user: 'ana' });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get('x-sluice-attempts')?.replaceAll(' ', '')).toBe('first/first-model,second/second-model');
    const request = practice.requests.at(-1);
    expect(request).toMatchObject({
      account: 'second',
      headers: { authorization: 'Bearer second-secret', 'x-both': 'caller', 'x-client': 'yes' },
      body: { model: 'second-model', user: 'ana' },
    });
    expect(request?.headers).not.toHaveProperty('x-route');
    expect(request?.headers).not.toHaveProperty('x-backend');
    expect(request?.body).not.toHaveProperty('temperature');
  });

  it('retries what a BackendTrafficPolicy says, and as often', async () => {
    practice.behave({ account: 'first', fault: { kind: 'status', status: 429 } });
    expect((await ask('only-503')).status).toBe(429);
    practice.clear();
    practice.behave({ fault: { kind: 'status', status: 503 } });
    expect((await ask('only-503')).status).toBe(503);
    expect(practice.requests.map(({ account }) => account)).toEqual(['first', 'second', 'first', 'second']);
  });

  it('splits by weight', async () => {
    const asked = await Promise.all(Array.from({ length: 80 }, () => ask('split')));
    const first = asked.filter(({ headers }) => headers.get('x-sluice-provider') === 'first').length;
    // 60 of 80 are expected; outside of these bounds with a chance of less than one in a million.
    expect(first).toBeGreaterThan(38);
    expect(first).toBeLessThan(79);
  });

  it('opens models by pattern where the other headers match', async () => {
    expect((await ask('open-x', { 'x-tenant': 'a' })).json).toMatchObject({ model: 'open-x' });
    const refused = await ask('open-x', { 'x-tenant': 'b' });
    expect(refused.status).toBe(404);
    expect(refused.json.error.code).toBe('model_not_found');
    expect((await ask('opened', { 'x-tenant': 'a' })).status).toBe(404);
  });

  it('ends a request after the time that its rule gives it', async () => {
    practice.behave({ account: 'first', headersDelayMs: 10_000 });
    const started = performance.now();
    expect((await ask('slow')).status).toBe(504);
    expect(performance.now() - started).toBeLessThan(9_000);
  });

  it('takes silence before the first byte for a failure, and ends a stream that falls silent', async () => {
    practice.behave({ account: 'first', headersDelayMs: 2_000, times: 1 });
    const answer = await ask('silent');
    expect(answer.headers.get('x-sluice-provider')).toBe('second');
    practice.clear();
    practice.behave({ account: 'first', chunkDelayMs: 10_000 });
    const started = performance.now();
    const stream = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'silent', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await expect(stream.text()).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(9_000);
  });

  it('prefers the route of the host, and shows models where they are', async () => {
    const send = (host: string, path: string, body?: string) =>
      requestWithHost(`${gateway.url}${path}`, host, { 'x-api-key': key, 'content-type': 'application/json' }, body);
    const chat = JSON.stringify({ model: 'virtual', messages: [{ role: 'user', content: 'Hello' }] });
    expect((await send('one.team.test', '/v1/chat/completions', chat)).json).toMatchObject({ model: 'of-one' });
    expect((await send('two.team.test', '/v1/chat/completions', chat)).json).toMatchObject({ model: 'first-model' });
    const listed = async (host: string) =>
      ((await send(host, '/v1/models')).json as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(await listed('one.team.test')).toEqual(await listed('elsewhere.test'));
  });

  it('answers 429 when a caller has used up its tokens, and counts callers apart', async () => {
    const limited = (user: string) => ask('limited', { 'x-user-id': user }, { max_tokens: 60 });
    expect((await limited('ana')).status).toBe(200);
    await until('all of it is used', async () => (await limited('ana')).status === 429);
    expect((await limited('ben')).status).toBe(200);
    expect((await ask('limited')).status).toBe(200);
  });
});
