import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProgram, explain } from '../../cmd/sluice/explain/explanation.ts';
import { buildModel } from '../../src/model/build/build.ts';
import { secretsOnly } from '../../src/model/build/testing/surroundings.ts';
import type { DecidedField } from '../../src/model/decision.ts';
import { parseDocuments } from '../../src/policy/parse.ts';
import { listenerHeader } from '../../src/program/program.ts';
import {
  aiRoute,
  backendManifest,
  completion,
  localBackend,
  modelRule,
  secretOf,
} from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents, gatewayManifest } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * Policies of every level that disagree, on a real Envoy: what `sluice explain` says of them is what Envoy has and does,
 * and a policy for one listener is no matter to those who come by another.
 */

const key = 'a-client-key-of-enough-characters';
const thinkingMs = 800;

let provider: RecordingProvider;
let gateway: TestGateway;
let otherPort: number;
let text: string;

const onGateway = { kind: 'Gateway', name: 'test' } as const;
const slow = { timeout: { http: { requestTimeout: '30s', streamIdleTimeout: '26s' } } };

const manifests = (port: number): string =>
  documents(
    gatewayManifest([
      { name: 'hasty', protocol: 'HTTP', port },
      { name: 'patient', protocol: 'HTTP', port: otherPort },
    ]),
    attachedPolicy('SecurityPolicy', 'clients', onGateway, {
      apiKeyAuth: { credentialRefs: [{ name: 'clients' }], extractFrom: [{ headers: ['x-api-key'] }] },
    }),
    secretOf('clients', { ana: key }),
    localBackend({
      name: 'llm',
      port: provider.port,
      headerMutation: {
        set: [
          { name: 'x-tier', value: 'backend' },
          { name: 'x-region', value: 'backend' },
        ],
      },
      bodyMutation: { set: [{ path: 'service_tier', value: '"backend"' }] },
    }),
    aiRoute('chat', [
      modelRule('small', {
        name: 'first',
        timeouts: { backendRequest: '9s' },
        backendRefs: [
          {
            name: 'llm',
            headerMutation: { set: [{ name: 'x-tier', value: 'reference' }] },
            bodyMutation: { set: [{ path: 'service_tier', value: '"reference"' }] },
          },
          { name: 'secure', priority: 1 },
        ],
      }),
    ]),
    `apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: secure}
spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: secure}}
`,
    `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: secure}
spec:
  endpoints: [{ip: {address: 127.0.0.1, port: ${provider.port}}}]
  tls: {sni: of-backend.example.com, wellKnownCACertificates: System}
`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: secure}
spec:
  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: secure}]
  validation: {hostname: of-policy.example.com, wellKnownCACertificates: System}
`,
    backendManifest('service', provider.port),
    httpRoute('shop', [leadTo('service', [below('/shop')])]),
    attachedPolicy('BackendTrafficPolicy', 'for-gateway', onGateway, {
      ...slow,
      retry: { numRetries: 1, retryOn: { httpStatusCodes: [508] }, perRetry: { timeout: '3s' } },
    }),
    attachedPolicy(
      'BackendTrafficPolicy',
      'for-hasty',
      { ...onGateway, sectionName: 'hasty' },
      {
        timeout: { http: { requestTimeout: '300ms' } },
      },
    ),
    attachedPolicy(
      'BackendTrafficPolicy',
      'for-route',
      { kind: 'HTTPRoute', name: 'chat' },
      {
        retry: { numRetries: 2, retryOn: { httpStatusCodes: [507] }, perRetry: { timeout: '4s' } },
      },
    ),
    attachedPolicy(
      'BackendTrafficPolicy',
      'for-rule',
      { kind: 'AIGatewayRoute', name: 'chat', sectionName: 'first' },
      { timeout: { http: { streamIdleTimeout: '25s' } } },
    ),
  );

async function ask(port: number): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const body = JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hello' }] });
  return (await rawRequest(port, { path: '/v1/chat/completions', headers, body })).status;
}

async function visit(port: number): Promise<number> {
  return (await rawRequest(port, { method: 'GET', path: '/shop', headers: { 'x-api-key': key } })).status;
}

/** What `sluice explain` says of a request by a listener, by field, and behind a dot by name; and whose profile it has. */
function explained(listener: string) {
  const { documents: all } = parseDocuments(text, 'gateway.yaml', '.');
  const [model] = buildModel(all, secretsOnly()).gateways;
  const program = model && compileProgram(model);
  if (model === undefined || program === undefined) throw new Error('the policy makes no program');
  const question = { key: 'Secret/clients/ana', model: 'small', headers: { [listenerHeader]: listener } };
  const { outcome, decisions } = explain(program, question, 0, model);
  expect(outcome).toBe('served');
  const said = (field: DecidedField, name?: string) =>
    decisions.find((each) => each.field === field && each.name === name)?.by.value;
  const route = model.routes.find(({ match }) => match.listeners?.includes(listener));
  return { said, profile: route?.profile };
}

interface EnvoyRoute {
  readonly name?: string;
  readonly route?: {
    readonly timeout?: string;
    readonly retry_policy?: Readonly<Record<string, unknown>>;
  };
}

beforeAll(async () => {
  provider = await startRecordingProvider((response) => {
    setTimeout(() => answerJson(response, 200, completion), thinkingMs);
  });
  otherPort = await freePort();
  gateway = await startGateway({
    policy: (port) => {
      text = manifests(port);
      return { 'gateway.yaml': text };
    },
  });
  await until('the other listener answers', async () => (await ask(otherPort).catch(() => 0)) === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await provider?.close();
});

describe('policies that disagree', () => {
  it('are each in force by the listener that they are for', async () => {
    expect([await ask(gateway.port), await visit(gateway.port)]).toEqual([504, 504]);
    expect([await ask(otherPort), await visit(otherPort)]).toEqual([200, 200]);
  });

  it.each(['hasty', 'patient'])('are in Envoy as explain says it: %s', async (listener) => {
    const { said, profile } = explained(listener);
    // In the end the shortest time bounds an attempt, that of the whole answer included.
    const expected = {
      hasty: { request: '300ms', envoy: '0.300s', attempt: '0.300s' },
      patient: { request: '30s', envoy: '30s', attempt: '9s' },
    }[listener];
    expect(said('requestTimeout')).toBe(expected?.request);
    expect(said('attemptTimeout')).toBe('9s');
    expect(said('streamIdleTimeout')).toBe('25s');
    expect(said('retry')).toBe('numRetries 2, httpStatusCodes 507, timeout 4s');
    const dump = await gateway.envoy.admin('/config_dump?resource=dynamic_route_configs');
    const found = JSON.stringify(routesNamed(JSON.parse(dump), profile ?? ''));
    expect(found).toContain(`"timeout":"${expected?.envoy}"`);
    expect(found).toContain(`"per_try_timeout":"${expected?.attempt}"`);
    expect(found).toContain('"per_try_idle_timeout":"25s"');
    expect(found).toContain('507');
    expect(found).not.toContain('508');
  });

  it('reach the provider as explain says it', async () => {
    const { said } = explained('patient');
    await ask(otherPort);
    const last = provider.requests.findLast(({ path }) => path.endsWith('/chat/completions'));
    expect(last?.headers['x-tier']).toBe(said('header', 'x-tier'));
    expect(last?.headers['x-region']).toBe(said('header', 'x-region'));
    expect(JSON.stringify(JSON.parse(last?.body ?? '').service_tier)).toBe(said('body', 'service_tier'));
    expect([said('header', 'x-tier'), said('header', 'x-region')]).toEqual(['reference', 'backend']);
  });

  it('say whose name a backend has to show', async () => {
    const name = explained('patient').said('tls.serverName');
    expect(name).toBe('of-policy.example.com');
    const dump = await gateway.envoy.admin('/config_dump?resource=dynamic_active_clusters');
    expect(dump.replace(/\s/g, '')).toContain(`"sni":"${name}"`);
    expect(dump).not.toContain('of-backend.example.com');
  });
});

function routesNamed(value: unknown, name: string): EnvoyRoute[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'name' in value && value.name === name && 'route' in value ? [value as EnvoyRoute] : [];
  return [...own, ...Object.values(value).flatMap((each) => routesNamed(each, name))];
}
