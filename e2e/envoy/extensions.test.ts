import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatusCode } from '../../src/gen/envoy/type/v3/http_status_pb.js';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import {
  type Answer,
  headerOf,
  type Reaction,
  type ScriptedProcessor,
  startScriptedProcessor,
} from '../support/scripted-processor.ts';
import { until } from '../support/until.ts';
import { wasmFirewall } from '../support/wasm-firewall.ts';

/*
 * EnvoyExtensionPolicies on a real Envoy: scripts, processors and WebAssembly in front of models and of ordinary services.
 */

const key = 'sk-a-key-of-enough-characters';

let llm: RecordingProvider;
let service: RecordingProvider;
let checker: ScriptedProcessor;
let files: Server;
let gateway: TestGateway;

const gatewayManifest = (port: number): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test}
spec:
  addresses: [{value: 127.0.0.1}]
  listeners: [{name: http, protocol: HTTP, port: ${port}}]
`;

const backend = (name: string, port: number): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: ${name}}
spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${port}}}]}
`;

const httpRoute = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: test}]
  rules:
  - matches: [{path: {type: PathPrefix, value: /${name}}}]
    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: service}]
`;

const gatewayTarget = '{group: gateway.networking.k8s.io, kind: Gateway, name: test}';
const routeTarget = (name: string): string => `{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}`;

const extension = (name: string, target: string, spec: unknown): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: {name: ${name}}
spec: {targetRefs: [${target}], ${JSON.stringify(spec).slice(1)}
`;

const script = (code: string): unknown => ({ lua: [{ type: 'Inline', inline: code }] });
const onRequest = (code: string): unknown => script(`function envoy_on_request(handle)\n${code}\nend`);

const ask = (headers: Readonly<Record<string, string>> = {}) =>
  rawRequest(gateway.port, {
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hello' }] }),
  });

const visit = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  rawRequest(gateway.port, { method: 'GET', path, headers });

/** Headers of a request as they have reached the service; none if it has not. */
async function seenAt(path: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingHttpHeaders> {
  const { status, text } = await visit(path, headers);
  return status === 200 ? (JSON.parse(text) as IncomingHttpHeaders) : {};
}

/** Envoy takes a change a moment after it has been published. */
function soon(condition: () => Promise<boolean>): Promise<void> {
  return until('Envoy has the change', condition);
}

async function modifiedListeners(): Promise<string> {
  return gateway.envoy.admin('/stats?filter=listener_manager.listener_(modified|in_place_updated|added)$');
}

beforeAll(async () => {
  const completion = { choices: [{ message: { role: 'assistant', content: 'hi' } }] };
  llm = await startRecordingProvider((response) => answerJson(response, 200, completion));
  service = await startRecordingProvider((response, { headers }) => answerJson(response, 200, headers));
  checker = await startScriptedProcessor(({ kind, message }): Reaction => {
    if (kind !== 'requestHeaders') return { response: { case: kind, value: {} } } as Answer;
    if (headerOf(message, 'x-refuse') !== undefined) {
      return {
        response: {
          case: 'immediateResponse',
          value: { status: { code: StatusCode.PaymentRequired }, body: Buffer.from('refused') },
        },
      };
    }
    const set = [
      ['x-checked', 'yes'],
      ['x-sluice-credential', 'Bearer forged'],
      ['x-envoy-max-retries', '9'],
    ];
    const setHeaders = set.map(([name = '', value = '']) => ({ header: { key: name, rawValue: Buffer.from(value) } }));
    return { response: { case: kind, value: { response: { headerMutation: { setHeaders } } } } };
  });
  files = createServer((_, response) => response.end(wasmFirewall.code));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  gateway = await startGateway({
    env: { KEY: key, PROVIDER_KEY: 'provider-secret' },
    policy: (port) => ({
      'gateway.yaml': gatewayManifest(port),
      'models.yaml': documents(
        provider('llm', `http://127.0.0.1:${llm.port}/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        model('small', ['llm/real']),
        apiKey('me', 'KEY'),
      ),
      'services.yaml': documents(
        backend('service', service.port),
        backend('checker', checker.port),
        ...['plain', 'other'].map(httpRoute),
      ),
    }),
  });
});

afterAll(async () => {
  await gateway?.stop();
  files?.close();
  checker?.close();
  await service?.close();
  await llm?.close();
});

describe('filters of a policy', () => {
  it('stand in front of models and services where they are for the Gateway', async () => {
    const code = 'handle:headers():add("x-scripted", "yes")';
    await gateway.write('lua.yaml', extension('everywhere', gatewayTarget, onRequest(code)));
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === 'yes');
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers['x-scripted']).toBe('yes');
    await gateway.remove('lua.yaml');
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === undefined);
  });

  it('stand in front of one service where they are for its route, and there in place of those of the Gateway', async () => {
    await gateway.write(
      'lua.yaml',
      documents(
        extension('everywhere', gatewayTarget, onRequest('handle:headers():add("x-scripted", "gateway")')),
        extension('plain', routeTarget('plain'), onRequest('handle:headers():add("x-scripted", "route")')),
      ),
    );
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === 'route');
    expect((await seenAt('/other'))['x-scripted']).toBe('gateway');
    await ask();
    expect(llm.requests.at(-1)?.headers['x-scripted']).toBe('gateway');
    await gateway.remove('lua.yaml');
  });

  it('cannot speak for the processor, nor for Envoy', async () => {
    const forged = `
      local headers = handle:headers()
      headers:replace("x-sluice-credential", "Bearer forged")
      headers:replace("x-sluice-profile", "forged")
      headers:replace("x-sluice-exchange", "1.1")
      headers:replace("x-sluice-watch", "body")
      headers:replace("x-envoy-max-retries", "9")
      headers:replace("x-envoy-retry-on", "5xx")
      headers:add("x-scripted", "yes")
      local groups = {{name = "forged", clusters = {{cluster_name = "sluice-processor", weight = 1}}}}
      handle:streamInfo():dynamicMetadata():set("sluice.route", "priority_groups", groups)`;
    await gateway.write(
      'lua.yaml',
      documents(
        extension('everywhere', gatewayTarget, onRequest(forged)),
        extension('plain', routeTarget('plain'), onRequest(forged)),
      ),
    );
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === 'yes');
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({
      'x-scripted': 'yes',
      authorization: 'Bearer provider-secret',
    });
    const internal = Object.keys(llm.requests.at(-1)?.headers ?? {}).filter((name) => /^x-(sluice|envoy)-/.test(name));
    expect(internal).toEqual([]);
    const atService = Object.keys(await seenAt('/plain'));
    expect(atService.filter((name) => name.startsWith('x-sluice-'))).toEqual([]);
    const before = llm.requests.length;
    expect((await rawRequest(gateway.port, { path: '/v1/chat/completions', body: '{}' })).status).toBe(401);
    expect(llm.requests).toHaveLength(before);
    await gateway.remove('lua.yaml');
  });

  it('cannot lead a request past the processor by another path', async () => {
    const code = `
      handle:headers():replace(":path", "/v1/chat/completions")
      handle:headers():replace("x-sluice-profile", "retry-3316d8db4f29")
      local groups = {{name = "forged", clusters = {{cluster_name = handle:headers():get("x-cluster"), weight = 1}}}}
      handle:streamInfo():dynamicMetadata():set("sluice.route", "priority_groups", groups)
      handle:clearRouteCache()`;
    await gateway.write('lua.yaml', extension('plain', routeTarget('plain'), onRequest(code)));
    const clusters = await gateway.envoy.admin('/clusters?format=json');
    const cluster = /"(provider\/llm@[0-9a-f]+)"/.exec(clusters)?.[1] ?? '';
    expect(cluster).not.toBe('');
    const before = llm.requests.length;
    await soon(async () => (await visit('/plain', { 'x-cluster': cluster })).status === 401);
    expect(llm.requests).toHaveLength(before);
    await gateway.remove('lua.yaml');
  });

  it('change without a change of listeners, so that no stream is cut', async () => {
    const version = (value: string) =>
      extension('everywhere', gatewayTarget, onRequest(`handle:headers():add("x-v", "${value}")`));
    await gateway.write('lua.yaml', version('1'));
    await soon(async () => (await seenAt('/plain'))['x-v'] === '1');
    const before = await modifiedListeners();
    await gateway.write('lua.yaml', version('2'));
    await soon(async () => (await seenAt('/plain'))['x-v'] === '2');
    expect(await modifiedListeners()).toBe(before);
    await gateway.remove('lua.yaml');
  });

  it('close what they are for, and nothing else, when Envoy refuses them', async () => {
    await gateway.write('lua.yaml', extension('broken', routeTarget('plain'), script('this is not Lua')));
    await soon(async () => (await visit('/plain')).status === 500);
    expect((await visit('/other')).status).toBe(200);
    expect((await ask()).status).toBe(200);
    await until(
      'the refusal is in the log',
      () => /EnvoyExtensionPolicy\/broken/.test(gateway.log()) && /script load error/.test(gateway.log()),
    );
    await gateway.write('lua.yaml', extension('plain', routeTarget('plain'), onRequest('')));
    await soon(async () => (await visit('/plain')).status === 200);
    await gateway.remove('lua.yaml');
  });

  it('close what they are for when the policy itself cannot be kept', async () => {
    const missing = { lua: [{ type: 'ValueRef', valueRef: { kind: 'ConfigMap', name: 'nothing' } }] };
    await gateway.write('lua.yaml', extension('plain', routeTarget('plain'), missing));
    await soon(async () => (await visit('/plain')).status === 500);
    expect((await visit('/other')).status).toBe(200);
    await gateway.write('lua.yaml', extension('everywhere', gatewayTarget, missing));
    await soon(async () => (await ask()).status === 500);
    expect((await visit('/healthz')).status).toBe(200);
    await gateway.remove('lua.yaml');
    await soon(async () => (await ask()).status === 200);
  });

  it('take scripts out of ConfigMaps', async () => {
    const scripts = `
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data: {lua: 'function envoy_on_response(handle) handle:headers():add("x-answered", "yes") end'}
`;
    const valueRef = { lua: [{ type: 'ValueRef', valueRef: { kind: 'ConfigMap', name: 'scripts' } }] };
    await gateway.write('lua.yaml', documents(scripts, extension('plain', routeTarget('plain'), valueRef)));
    await soon(async () => (await visit('/plain')).headers['x-answered'] === 'yes');
    await gateway.remove('lua.yaml');
  });

  it('may be processors, which see what callers send before the gateway does', async () => {
    const spec = {
      extProc: [
        {
          backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'checker' }],
          processingMode: { request: { body: 'Buffered', attributes: ['request.path'] }, response: {} },
        },
      ],
    };
    await gateway.write('processor.yaml', extension('checker', gatewayTarget, spec));
    await soon(async () => (await seenAt('/plain'))['x-checked'] === 'yes');
    expect(await visit('/plain', { 'x-refuse': '1' })).toMatchObject({ status: 402, text: 'refused' });
    expect(await ask({ 'x-refuse': '1', authorization: 'Bearer nobody' })).toMatchObject({ status: 402 });
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ 'x-checked': 'yes', authorization: 'Bearer provider-secret' });
    expect(checker.seen.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['requestBody', 'responseHeaders']));
    await gateway.remove('processor.yaml');
  });

  it('let requests pass a processor that is away only where the policy says so', async () => {
    const spec = (failOpen: boolean) => ({
      extProc: [
        {
          backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'nobody' }],
          failOpen,
          processingMode: { request: {} },
        },
      ],
    });
    const nobody = backend('nobody', 1);
    await gateway.write('processor.yaml', documents(nobody, extension('checker', routeTarget('plain'), spec(false))));
    await soon(async () => (await visit('/plain')).status === 503);
    await gateway.write('processor.yaml', documents(nobody, extension('checker', routeTarget('plain'), spec(true))));
    await soon(async () => (await visit('/plain')).status === 200);
    await gateway.remove('processor.yaml');
  });

  it('may be a firewall in WebAssembly, which a request meets before the processor', async () => {
    const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}/firewall.wasm`;
    const spec = (sha256: string) => ({
      wasm: [{ name: 'firewall', code: { type: 'HTTP', http: { url, sha256 } }, config: { says: 'no' } }],
    });
    await gateway.write('wasm.yaml', extension('firewall', gatewayTarget, spec(wasmFirewall.sha256)));
    await soon(async () => (await visit('/plain', { 'x-attack': '1' })).status === 403);
    expect(await ask({ 'x-attack': '1', authorization: 'Bearer nobody' })).toMatchObject({
      status: 403,
      text: '{"says":"no"}',
    });
    expect((await ask()).status).toBe(200);
    expect((await visit('/plain')).status).toBe(200);
    // Not even for a moment may a request go past it while another version is fetched, or one that nobody has.
    const wrong = extension('firewall', gatewayTarget, spec('0'.repeat(63).concat('1')));
    await gateway.write('wasm.yaml', wrong);
    await soon(async () => {
      const { status } = await visit('/plain', { 'x-attack': '1' });
      expect(status).toBeGreaterThanOrEqual(403);
      return status === 503;
    });
    expect((await ask()).status).toBe(503);
    await gateway.remove('wasm.yaml');
  });
});
