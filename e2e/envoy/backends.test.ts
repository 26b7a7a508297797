import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, gatewayOfOneCaller, modelRule } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents } from '../support/policy-documents.ts';
import type { RecordingProvider } from '../support/recording-provider.ts';
import { type Echo, echoOf, startToldService, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * Where and how the endpoints of a Backend are asked on a real Envoy, for models and for ordinary services.
 */

type Spec = Readonly<Record<string, unknown>>;

const key = 'a-client-key-of-enough-characters';
const places: RecordingProvider[] = [];
let http2: Http2Server;
let gateway: TestGateway;

function startHttp2(): Promise<Http2Server> {
  const server = createHttp2Server((request, response) => {
    const headers = { host: request.authority };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name: `HTTP/${request.httpVersion}`, path: request.url, headers }));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const portOf = (index: number): number => places[index]?.port ?? 0;
const at = (port: number, more: Spec = {}): Spec => ({ ip: { address: '127.0.0.1', port }, ...more });

/** Backends by the name of the model, and of the path, that they are for. */
const backends = (): Readonly<Record<string, Spec>> => ({
  named: { endpoints: [{ fqdn: { hostname: 'localhost', port: portOf(0) } }] },
  several: { endpoints: [at(portOf(0)), at(portOf(1))] },
  http2: { endpoints: [at((http2.address() as AddressInfo).port)], appProtocols: ['gateway.envoyproxy.io/h2c'] },
  called: { endpoints: [at(portOf(0), { hostname: 'inner.example' })] },
});

const manifests = (port: number): string => {
  const names = Object.keys(backends());
  return documents(
    gatewayOfOneCaller(port, key),
    ...Object.entries(backends()).map(
      ([name, spec]) => `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: ${name}}
spec: ${JSON.stringify(spec)}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: ${name}}
spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: ${name}}}
`,
    ),
    aiRoute(
      'models',
      names.map((name) => modelRule(name, { backendRefs: [{ name }] })),
    ),
    httpRoute(
      'services',
      names.map((name) => leadTo(name, [below(`/${name}`)])),
    ),
  );
};

const authorization = `Bearer ${key}`;

/** What the model, or the service, of this name has seen. */
async function asked(as: string, name: string): Promise<Echo> {
  const { port } = gateway;
  if (as === 'service') return echoOf(await tell(port, `/${name}`, { host: 'me.test', authorization }));
  const body = JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hello' }] });
  const headers = { host: 'me.test', 'content-type': 'application/json', authorization };
  return echoOf(await tell(port, '/v1/chat/completions', headers, 'POST', body));
}

beforeAll(async () => {
  for (const name of ['one', 'two']) places.push(await startToldService(name));
  http2 = await startHttp2();
  gateway = await startGateway({ policy: (port) => ({ 'policy.yaml': manifests(port) }) });
  await until('models answer', async () => (await asked('model', 'several')).name !== undefined);
});

afterAll(async () => {
  await gateway?.stop();
  http2?.close();
  for (const place of places) await place.close();
});

describe.each(['model', 'service'])('a backend of a %s', (as) => {
  it('is found by its name', async () => {
    expect((await asked(as, 'named')).name).toBe('one');
  });

  it('is asked at all its endpoints', async () => {
    const seen = await Promise.all(Array.from({ length: 20 }, () => asked(as, 'several')));
    expect(new Set(seen.map(({ name }) => name))).toEqual(new Set(['one', 'two']));
  });

  it('is spoken to over plain HTTP/2 where it wants that', async () => {
    expect((await asked(as, 'http2')).name).toBe('HTTP/2.0');
  });
});

describe('the host that an endpoint is asked for', () => {
  it('is what it is called, where it has a model', async () => {
    expect((await asked('model', 'called')).headers.host).toBe('inner.example');
    expect((await asked('model', 'several')).headers.host).toMatch(/^127\.0\.0\.1:/);
  });

  it('is the caller’s, where it is an ordinary service', async () => {
    expect((await asked('service', 'called')).headers.host).toBe('me.test');
  });
});
