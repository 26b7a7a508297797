import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../src/controller/control-plane.ts';
import { folderSource } from '../../src/controller/sources/files/open.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { freePort } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { line, type ScriptedXdsClient, scriptedXdsClient } from './support/xds-client.ts';

/* Manifests of Envoy AI Gateway in a folder, and what a processor hears of them over the wire. */

const cleanup = cleanupsAfterEach();

const base = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, protocol: HTTP, port: 10080}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: vllm}
spec:
  schema: {name: OpenAI}
  backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: vllm}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: vllm}
spec: {endpoints: [{ip: {address: 127.0.0.1, port: 8000}}]}
`;

const route = (name: string, model: string, more = ''): string => `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: edge}]
  rules:
  - matches: [{headers: [{type: Exact, name: x-ai-eg-model, value: ${model}}]}]
    backendRefs: [{name: vllm${more}}]
`;

let folder: string;
let plane: ControlPlane;
let client: ScriptedXdsClient;

/** As editors do it. */
async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, '..', 'new'), text);
  await rename(join(folder, '..', 'new'), join(folder, name));
}

async function heard(): Promise<string> {
  const response = await client.next();
  client.ack(response);
  return line(response);
}

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'sluice-ai-gateway-'));
  cleanup(() => rm(root, { recursive: true, force: true }));
  folder = join(root, 'policy');
  await mkdir(folder);
  await write('base.yaml', base);
  await write('chat.yaml', route('chat', 'small'));
  await write('code.yaml', route('code', 'large'));
  const port = await freePort();
  plane = await startControlPlane({
    version: 'test',
    source: folderSource({ folder, env: {} }),
    xds: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: 0 },
    log: silentLogger,
    translate: { systemCaFile: '/dev/null' },
    lingerMs: 0,
  });
  cleanup(() => plane.close(100));
  client = scriptedXdsClient('delta', { port, node: { id: 'processor', cluster: 'sluice' } });
  cleanup(() => client.close());
});

describe('manifests of Envoy AI Gateway in a folder', () => {
  it('reach the processor as one resource per rule, and a change moves its own alone', async () => {
    client.ask('programRoute', ['*']);
    expect(await heard()).toBe('programRoute: route/chat/000/000 route/code/000/000');
    await write('code.yaml', route('code', 'large', ', modelNameOverride: llama'));
    expect(await heard()).toBe('programRoute: route/code/000/000');
    await rm(join(folder, 'chat.yaml'));
    expect(await heard()).toBe('programRoute: -route/chat/000/000');
  });

  it('make models exist that no Model describes', async () => {
    client.ask('programModel', ['*']);
    expect(await heard()).toBe('programModel: large small');
    await write('chat.yaml', route('chat', 'tiny'));
    expect(await heard()).toMatch(/^programModel: tiny( -small)?$/);
  });

  it('keep what was right of a route whose new version is wrong', async () => {
    client.ask('programRoute', ['*']);
    await heard();
    await write('chat.yaml', route('chat', 'small', ', prority: 1'));
    await write('code.yaml', route('code', 'large', ', modelNameOverride: llama'));
    expect(await heard()).toBe('programRoute: route/code/000/000');
    expect((await client.quiet(200)).map(line)).toEqual([]);
  });

  it('limit what requests cost in CEL, and say where an expression is wrong', async () => {
    const costs = (cel: string) =>
      route('weighted', 'dear').replace(
        '  rules:',
        `  llmRequestCosts: [{metadataKey: w, type: CEL, cel: "${cel}"}]\n  rules:`,
      );
    const limit = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: weighted}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: weighted}]
  rateLimit:
    global:
      rules:
      - limit: {requests: 1000, unit: Hour}
        cost:
          request: {from: Number, number: 0}
          response: {from: Metadata, metadata: {namespace: io.envoy.ai_gateway, key: w}}
`;
    const said = (id: string) =>
      plane
        .status()
        .documents.find((document) => document.id === id)
        ?.problems.map(({ path, message }) => `${path} ${message}`);
    client.ask('programLimit', ['*']);
    expect(await heard()).toBe('programLimit:');
    await write('weighted.yaml', `${costs('input_tokens + output_tokens * 6')}---${limit}`);
    // Nothing gets past it, either.
    expect(await heard()).toBe('programLimit: BackendTrafficPolicy/weighted/0');
    const wrong = 'at character 30: uint * int is not defined, since types do not mix';
    await until('the route says it', () => said('AIGatewayRoute/weighted')?.length === 1);
    expect(said('AIGatewayRoute/weighted')).toEqual([`spec.llmRequestCosts[0].cel is not counted: ${wrong}`]);
    expect(said('BackendTrafficPolicy/weighted')).toEqual([
      `spec.rateLimit.global.rules[0].cost.response.metadata.key cannot be kept, so that requests which it is for are refused: the cost w is not counted: ${wrong}`,
    ]);
    await write('weighted.yaml', `${costs('input_tokens + output_tokens * 6u')}---${limit}`);
    expect(await heard()).toBe('programLimit: BackendTrafficPolicy/weighted/0');
    const isGood = (id: string) => said(id)?.length === 0;
    await until('both say that they are right', () =>
      ['AIGatewayRoute/weighted', 'BackendTrafficPolicy/weighted'].every(isGood),
    );
    await write('weighted.yaml', `${costs('input_tokens + output_tokens * 7')}---${limit}`);
    await until('the route says it again', () => said('AIGatewayRoute/weighted')?.length === 1);
    // The expression that was right counts on.
    const isStale = plane.status().documents.find(({ id }) => id === 'AIGatewayRoute/weighted')?.state;
    expect([isStale, (await client.quiet(200)).map(line)]).toEqual(['stale', []]);
  });
});
