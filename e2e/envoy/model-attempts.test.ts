import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, gatewayOfOneCaller, localBackend, modelRule, secretOf } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { documents } from '../support/policy-documents.ts';
import type { RecordedRequest, RecordingProvider } from '../support/recording-provider.ts';
import { lateMs, startToldService, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * How often and for how long backends of models are asked, and with what: fields of AIGatewayRoutes, AIServiceBackends,
 * BackendSecurityPolicies and BackendTrafficPolicies one by one, on a real Envoy.
 */

type Spec = Readonly<Record<string, unknown>>;

const key = 'a-client-key-of-enough-characters';
const soon = { backOff: { baseInterval: '1ms' } };
const retry = (triggers: readonly string[], more: Spec = {}, httpStatusCodes?: readonly number[]): Spec => ({
  retry: { retryOn: { triggers, httpStatusCodes }, perRetry: soon, ...more },
});

/** BackendTrafficPolicies, each for the model of its name. */
const traffic: Readonly<Record<string, Spec>> = {
  'any-5xx': retry(['5xx']),
  gateway: retry(['gateway-error']),
  reset: retry(['reset']),
  unreached: retry(['connect-failure', 'reset-before-request']),
  conflict: retry(['retriable-4xx']),
  codes: retry(['retriable-status-codes'], {}, [418]),
  'codes-in-vain': retry(['connect-failure'], {}, [418]),
  usual: { retry: { perRetry: soon } },
  never: retry(['5xx'], { numRetries: 0 }),
  often: retry(['5xx'], { numRetries: 4 }),
  'often-each': retry(['5xx'], { numRetries: 5, numAttemptsPerPriority: 2 }),
  'bounded-attempt': retry(['5xx'], { numRetries: 1, perRetry: { timeout: '200ms', ...soon } }),
  bounded: { timeout: { http: { requestTimeout: '200ms' } } },
  silent: { timeout: { http: { streamIdleTimeout: '500ms' } } },
};

const credentials = ['APIKey', 'AnthropicAPIKey', 'AzureAPIKey', 'GoogleAPIKey'] as const;

/** The block of a type is called as the type, in lower case up to its last capitals. */
const credentialOf = (type: (typeof credentials)[number]): Spec => {
  const block = type === 'APIKey' ? 'apiKey' : `${type[0]?.toLowerCase()}${type.slice(1)}`;
  return { type, [block]: { secretRef: { name: 'credential' } } };
};

const chain = [{ name: 'one' }, { name: 'two', priority: 1 }];
const rule = (model: string, more: Spec = {}): Spec =>
  modelRule(model, { name: model.toLowerCase(), backendRefs: chain, ...more });
const field = (path: string, value: string): Spec => ({ path, value });

const manifests = (port: number, provider: number): string => {
  const backend = (name: string, more: Spec = {}) =>
    localBackend({ name, port: provider, prefix: `${name}/v1`, ...more });
  return documents(
    gatewayOfOneCaller(port, key),
    secretOf('credential', { apiKey: 'provider-secret' }),
    ...['one', 'two', 'first', 'second'].map((name) => backend(name)),
    ...credentials.map((type) => backend(type.toLowerCase(), { credential: credentialOf(type) })),
    backend('changed', {
      headerMutation: { set: [{ name: 'x-a', value: 'backend' }], remove: ['x-gone'] },
      bodyMutation: { set: [field('seed', '1'), field('stop', '["a"]'), field('n', '2')], remove: ['user'] },
    }),
    aiRoute('own', [
      rule('request', { timeouts: { request: '300ms' } }),
      rule('attempt', { timeouts: { backendRequest: '200ms' } }),
      rule('both', { timeouts: { request: '300ms', backendRequest: '200ms' } }),
      rule('stream', { backendRefs: [{ name: 'one' }], streamIdleTimeout: '500ms' }),
      rule('changed', {
        backendRefs: [
          {
            name: 'changed',
            headerMutation: { set: [{ name: 'x-b', value: 'rule' }] },
            bodyMutation: { set: [field('seed', '{"x": null}')], remove: ['n', 'temperature'] },
          },
        ],
      }),
      ...credentials.map((type) => rule(type, { backendRefs: [{ name: type.toLowerCase() }] })),
    ]),
    aiRoute(
      'by-policy',
      Object.keys(traffic).map((name) =>
        rule(name, name === 'often-each' ? { backendRefs: [{ name: 'first' }, { name: 'second', priority: 1 }] } : {}),
      ),
    ),
    ...Object.entries(traffic).map(([name, spec]) =>
      attachedPolicy(
        'BackendTrafficPolicy',
        name,
        { kind: 'AIGatewayRoute', name: 'by-policy', sectionName: name },
        spec,
      ),
    ),
    `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: small}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: test}]
  connection: {bufferLimit: 4Ki}
`,
  );
};

let provider: RecordingProvider;
let gateway: TestGateway;

const ask = (model: string, then = '', headers: Readonly<Record<string, string>> = {}, fields: Spec = {}) =>
  tell(
    gateway.port,
    '/v1/chat/completions',
    { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-then': then, ...headers },
    'POST',
    JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], ...fields }),
  );

/** The last that has reached a backend. */
function seen(): RecordedRequest {
  const request = provider.requests.at(-1);
  if (request === undefined) throw new Error('no backend was asked');
  return request;
}

beforeAll(async () => {
  provider = await startToldService('llm');
  gateway = await startGateway({ policy: (port) => ({ 'policy.yaml': manifests(port, provider.port) }) });
  await until('models answer', async () => (await ask('usual')).status === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

describe('time-outs of models', () => {
  it.each<[string, string, { readonly asked: number; readonly leastMs: number }]>([
    ['of a request', 'request', { asked: 1, leastMs: 300 }],
    ['of each attempt', 'attempt', { asked: 2, leastMs: 400 }],
    ['of a request with all its attempts', 'both', { asked: 2, leastMs: 300 }],
    ['of silence before an answer', 'stream', { asked: 1, leastMs: 500 }],
    ['of a request, by a policy', 'bounded', { asked: 1, leastMs: 200 }],
    ['of each attempt, by a policy', 'bounded-attempt', { asked: 2, leastMs: 400 }],
  ])('%s end it then and not before', async (_, model, { leastMs, asked }) => {
    const answer = await ask(model, 'late late late');
    expect(answer).toMatchObject({ status: 504, asked });
    expect(answer.ms).toBeGreaterThan(leastMs - 10);
    expect(answer.ms).toBeLessThan(lateMs - 500);
  });

  it('of silence end an answer that falls silent, and none that goes on', async () => {
    for (const model of ['stream', 'silent']) expect((await ask(model, 'stall')).status).toBe(0);
    expect(await ask('stream', 'slowly')).toMatchObject({ status: 200, text: 'x'.repeat(8) });
  });
});

describe('retries of models', () => {
  it.each<[string, string, number, number]>([
    ['any-5xx', '500 reset', 200, 3],
    ['any-5xx', '409', 409, 1],
    ['gateway', '502 504', 200, 3],
    ['gateway', '500', 500, 1],
    ['reset', 'reset', 200, 2],
    ['reset', '503', 503, 1],
    ['unreached', 'reset', 502, 1],
    ['conflict', '409', 200, 2],
    ['conflict', '418', 418, 1],
    ['codes', '418', 200, 2],
    ['codes', '503', 503, 1],
    ['codes-in-vain', '418', 418, 1],
    ['usual', '503 503', 200, 3],
    ['usual', '503 503 503', 503, 3],
    ['usual', '500', 500, 1],
    ['never', '500', 500, 1],
    ['often', '500 500 500 500', 200, 5],
    ['often', '500 500 500 500 500', 500, 5],
  ])('of %s after %s lead to %i by %i attempts', async (model, then, status, asked) => {
    expect(await ask(model, then)).toMatchObject({ status, asked });
  });

  it('ask the backends of each priority as often as is said, before the next one’s turn', async () => {
    const before = provider.requests.length;
    await ask('often-each', '500 500 500 500 500 500');
    const asked = provider.requests.slice(before).map(({ path }) => path.split('/')[1]);
    expect(asked).toEqual(['first', 'first', 'second', 'second', 'first', 'first']);
  });
});

describe('what backends of models are asked with', () => {
  it.each<[(typeof credentials)[number], string, string]>([
    ['APIKey', 'authorization', 'Bearer provider-secret'],
    ['AnthropicAPIKey', 'x-api-key', 'provider-secret'],
    ['AzureAPIKey', 'api-key', 'provider-secret'],
    ['GoogleAPIKey', 'x-goog-api-key', 'provider-secret'],
  ])('has the credential where those who know %s look for it, and nowhere else', async (type, name, value) => {
    expect((await ask(type, '', { 'x-goog-api-key': 'forged' })).status).toBe(200);
    const { headers } = seen();
    expect(headers[name]).toBe(value);
    const others = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'].filter((other) => other !== name);
    expect(others.filter((other) => headers[other] !== undefined)).toEqual([]);
  });

  it('is changed by the backend, and by the rule in front of it', async () => {
    const fields = { user: 'ana', seed: 5, n: 9, temperature: 1, stop: 'x', top_p: 1 };
    await ask('changed', '', { 'x-a': 'caller', 'x-b': 'caller', 'x-gone': 'caller' }, fields);
    const { headers, body } = seen();
    expect(headers).toMatchObject({ 'x-a': 'backend', 'x-b': 'rule' });
    expect(headers).not.toHaveProperty('x-gone');
    const { messages, ...changed } = JSON.parse(body) as Record<string, unknown>;
    expect(messages).toHaveLength(1);
    expect(changed).toEqual({ model: 'changed', seed: { x: null }, stop: ['a'], top_p: 1 });
  });

  it('is no larger than the buffers of the Gateway', async () => {
    expect((await ask('usual', '', {}, { user: 'x'.repeat(3_500) })).status).toBe(200);
    expect(await ask('usual', '', {}, { user: 'x'.repeat(4_500) })).toMatchObject({ status: 413, asked: 0 });
  });
});
