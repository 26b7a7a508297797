import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import {
  type ExtendedGateway,
  extensionPolicy,
  gatewayTarget,
  onRequest as onRequestScript,
  routeTarget,
  soon,
  startExtendedGateway,
} from '../support/extended-gateway.ts';
import { documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { until } from '../support/until.ts';
import { wasmFirewall } from '../support/wasm-firewall.ts';

/*
 * EnvoyExtensionPolicies on a real Envoy: scripts, processors and WebAssembly in front of models and of ordinary services.
 */

let extended: ExtendedGateway;

const script = (code: string): unknown => ({ lua: [{ type: 'Inline', inline: code }] });
const onRequest = (code: string): unknown => script(onRequestScript(code));

async function modifiedListeners(): Promise<string> {
  const { envoy } = extended.gateway;
  return envoy.admin('/stats?filter=listener_manager.listener_(modified|in_place_updated|added)$');
}

beforeAll(async () => {
  extended = await startExtendedGateway();
});

afterAll(() => extended?.stop());

describe('filters of a policy', () => {
  it('stand in front of models and services where they are for the Gateway', async () => {
    const { gateway, llm, ask, seenAt } = extended;
    const code = 'handle:headers():add("x-scripted", "yes")';
    await gateway.write('lua.yaml', extensionPolicy('everywhere', gatewayTarget, onRequest(code)));
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === 'yes');
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers['x-scripted']).toBe('yes');
    await gateway.remove('lua.yaml');
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === undefined);
  });

  it('stand in front of one service where they are for its route, and there in place of those of the Gateway', async () => {
    const { gateway, llm, ask, seenAt } = extended;
    await gateway.write(
      'lua.yaml',
      documents(
        extensionPolicy('everywhere', gatewayTarget, onRequest('handle:headers():add("x-scripted", "gateway")')),
        extensionPolicy('plain', routeTarget('plain'), onRequest('handle:headers():add("x-scripted", "route")')),
      ),
    );
    await soon(async () => (await seenAt('/plain'))['x-scripted'] === 'route');
    expect((await seenAt('/other'))['x-scripted']).toBe('gateway');
    await ask();
    expect(llm.requests.at(-1)?.headers['x-scripted']).toBe('gateway');
    await gateway.remove('lua.yaml');
  });

  it('cannot speak for the processor, nor for Envoy', async () => {
    const { gateway, llm, ask, seenAt } = extended;
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
        extensionPolicy('everywhere', gatewayTarget, onRequest(forged)),
        extensionPolicy('plain', routeTarget('plain'), onRequest(forged)),
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
    const { gateway, llm, visit } = extended;
    const code = `
      handle:headers():replace(":path", "/v1/chat/completions")
      handle:headers():replace("x-sluice-profile", "retry-3316d8db4f29")
      local groups = {{name = "forged", clusters = {{cluster_name = handle:headers():get("x-cluster"), weight = 1}}}}
      handle:streamInfo():dynamicMetadata():set("sluice.route", "priority_groups", groups)
      handle:clearRouteCache()`;
    await gateway.write('lua.yaml', extensionPolicy('plain', routeTarget('plain'), onRequest(code)));
    const clusters = await gateway.envoy.admin('/clusters?format=json');
    const cluster = /"(provider\/llm@[0-9a-f]+)"/.exec(clusters)?.[1] ?? '';
    expect(cluster).not.toBe('');
    const before = llm.requests.length;
    await soon(async () => (await visit('/plain', { 'x-cluster': cluster })).status === 401);
    expect(llm.requests).toHaveLength(before);
    await gateway.remove('lua.yaml');
  });

  it('change without a change of listeners, so that no stream is cut', async () => {
    const { gateway, seenAt } = extended;
    const version = (value: string) =>
      extensionPolicy('everywhere', gatewayTarget, onRequest(`handle:headers():add("x-v", "${value}")`));
    await gateway.write('lua.yaml', version('1'));
    await soon(async () => (await seenAt('/plain'))['x-v'] === '1');
    const before = await modifiedListeners();
    await gateway.write('lua.yaml', version('2'));
    await soon(async () => (await seenAt('/plain'))['x-v'] === '2');
    expect(await modifiedListeners()).toBe(before);
    await gateway.remove('lua.yaml');
  });

  it('close what they are for, and nothing else, when Envoy refuses them', async () => {
    const { gateway, ask, visit } = extended;
    await gateway.write('lua.yaml', extensionPolicy('broken', routeTarget('plain'), script('this is not Lua')));
    await soon(async () => (await visit('/plain')).status === 500);
    expect((await visit('/other')).status).toBe(200);
    expect((await ask()).status).toBe(200);
    await until(
      'the refusal is in the log',
      () => /EnvoyExtensionPolicy\/broken/.test(gateway.log()) && /script load error/.test(gateway.log()),
    );
    await gateway.write('lua.yaml', extensionPolicy('plain', routeTarget('plain'), onRequest('')));
    await soon(async () => (await visit('/plain')).status === 200);
    await gateway.remove('lua.yaml');
  });

  it('close what they are for when the policy itself cannot be kept', async () => {
    const { gateway, ask, visit } = extended;
    const missing = { lua: [{ type: 'ValueRef', valueRef: { kind: 'ConfigMap', name: 'nothing' } }] };
    await gateway.write('lua.yaml', extensionPolicy('plain', routeTarget('plain'), missing));
    await soon(async () => (await visit('/plain')).status === 500);
    expect((await visit('/other')).status).toBe(200);
    await gateway.write('lua.yaml', extensionPolicy('everywhere', gatewayTarget, missing));
    await soon(async () => (await ask()).status === 500);
    expect((await visit('/healthz')).status).toBe(200);
    await gateway.remove('lua.yaml');
    await soon(async () => (await ask()).status === 200);
  });

  it('take scripts out of ConfigMaps', async () => {
    const { gateway, visit } = extended;
    const scripts = `
apiVersion: v1
kind: ConfigMap
metadata: {name: scripts}
data: {lua: 'function envoy_on_response(handle) handle:headers():add("x-answered", "yes") end'}
`;
    const valueRef = { lua: [{ type: 'ValueRef', valueRef: { kind: 'ConfigMap', name: 'scripts' } }] };
    await gateway.write('lua.yaml', documents(scripts, extensionPolicy('plain', routeTarget('plain'), valueRef)));
    await soon(async () => (await visit('/plain')).headers['x-answered'] === 'yes');
    await gateway.remove('lua.yaml');
  });

  it('may be processors, which see what callers send before the gateway does', async () => {
    const { gateway, llm, checker, ask, visit, seenAt } = extended;
    const spec = {
      extProc: [
        {
          backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'checker' }],
          processingMode: { request: { body: 'Buffered', attributes: ['request.path'] }, response: {} },
        },
      ],
    };
    await gateway.write('processor.yaml', extensionPolicy('checker', gatewayTarget, spec));
    await soon(async () => (await seenAt('/plain'))['x-checked'] === 'yes');
    expect(await visit('/plain', { 'x-refuse': '1' })).toMatchObject({ status: 402, text: 'refused' });
    expect(await ask({ 'x-refuse': '1', authorization: 'Bearer nobody' })).toMatchObject({ status: 402 });
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ 'x-checked': 'yes', authorization: 'Bearer provider-secret' });
    expect(checker.seen.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['requestBody', 'responseHeaders']));
    await gateway.remove('processor.yaml');
  });

  it('let requests pass a processor that is away only where the policy says so', async () => {
    const { gateway, visit } = extended;
    const spec = (failOpen: boolean) => ({
      extProc: [
        {
          backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'nobody' }],
          failOpen,
          processingMode: { request: {} },
        },
      ],
    });
    const nobody = backendManifest('nobody', 1);
    await gateway.write(
      'processor.yaml',
      documents(nobody, extensionPolicy('checker', routeTarget('plain'), spec(false))),
    );
    await soon(async () => (await visit('/plain')).status === 503);
    await gateway.write(
      'processor.yaml',
      documents(nobody, extensionPolicy('checker', routeTarget('plain'), spec(true))),
    );
    await soon(async () => (await visit('/plain')).status === 200);
    await gateway.remove('processor.yaml');
  });

  it('are asked about refusals of Envoy, too, where a processor is asked about answers', async () => {
    const { gateway, ask } = extended;
    const upgrade = () => ask({ connection: 'upgrade', upgrade: 'websocket' });
    const extProc = { backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'nobody' }] };
    const asked = async (of: 'request' | 'response', ordinary: number, failOpen = false) => {
      const spec = { extProc: [{ ...extProc, failOpen, processingMode: { [of]: {} } }] };
      await gateway.write(
        'processor.yaml',
        documents(backendManifest('nobody', 1), extensionPolicy('checker', gatewayTarget, spec)),
      );
      await soon(async () => (await ask()).status === ordinary);
      return (await upgrade()).status;
    };
    expect((await upgrade()).status).toBe(400);
    expect(await asked('request', 503)).toBe(400);
    expect(await asked('response', 200, true)).toBe(400);
    expect(await asked('response', 503)).toBe(503);
    await gateway.remove('processor.yaml');
    await soon(async () => (await ask()).status === 200);
  });

  it('may be a firewall in WebAssembly, which a request meets before the processor', async () => {
    const { gateway, wasmUrl, ask, visit } = extended;
    const url = wasmUrl;
    const spec = (sha256: string) => ({
      wasm: [{ name: 'firewall', code: { type: 'HTTP', http: { url, sha256 } }, config: { says: 'no' } }],
    });
    await gateway.write('wasm.yaml', extensionPolicy('firewall', gatewayTarget, spec(wasmFirewall.sha256)));
    await soon(async () => (await visit('/plain', { 'x-attack': '1' })).status === 403);
    expect(await ask({ 'x-attack': '1', authorization: 'Bearer nobody' })).toMatchObject({
      status: 403,
      text: '{"says":"no"}',
    });
    expect((await ask()).status).toBe(200);
    expect((await visit('/plain')).status).toBe(200);
    // Not even for a moment may a request go past it while another version is fetched, or one that nobody has.
    const wrong = extensionPolicy('firewall', gatewayTarget, spec('0'.repeat(63).concat('1')));
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
