import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../../src/practice/start.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type ControllerProcess, startControllerProcess } from '../../support/kube-api/controller.ts';
import { type Egress, startEgress } from '../../support/kube-api/egress.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';
import { freePort } from '../../support/ports.ts';
import { rawRequest } from '../../support/raw-request.ts';

/*
 * HTTPRoutes of one port are one table, of which an Envoy takes all or nothing. This one takes only small expressions. The
 * route that has a larger one is told, and stays as it was; all others go on, whatever is started anew.
 */

patience();
const strict = 'layered_runtime: {layers: [{name: strict, static_layer: {re2.max_program_size.error_level: 80}}]}';
const others = ['one', 'two', 'three', 'four'];
let server: KubeApiServer;
let practice: Practice;
let folder: string;
let port: number;
let controller: ControllerProcess;
let egress: Egress;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.apply('{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}');
  await server.apply(
    '{apiVersion: v1, kind: Secret, metadata: {name: sluice-older-versions, namespace: sluice-system}}',
  );
  practice = await startPractice({});
  folder = await mkdtemp(join(tmpdir(), 'sluice-state-'));
  port = await freePort();
  await server.apply([frame(), ...others.map((name) => route(name, 'first')), patterned(5)].join('---\n'));
  controller = await startController();
  egress = await startEgress(controller.xdsPort, ['--config-yaml', strict]);
});

afterAll(async () => {
  await egress?.stop();
  await controller?.stop();
  await practice?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function startController(
  xdsPort?: number,
  state = folder,
  more: readonly string[] = [],
  adminPort?: number,
): Promise<ControllerProcess> {
  const started = await startControllerProcess({
    kubeconfig: server.kubeconfig,
    identity: state,
    flags: ['--state', state, ...more],
    ...(xdsPort && { xdsPort }),
    ...(adminPort && { adminPort }),
  });
  const isReady = async (): Promise<boolean> => (await started.page('/readyz')) !== undefined;
  await until('the controller is ready', isReady, { seen: started.log });
  return started;
}

const frame = (): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: sluice.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: test, namespace: default }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: ${port}, protocol: HTTP }] }
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: backend, namespace: default }
spec: { endpoints: [{ ip: { address: 127.0.0.1, port: ${practice.port} } }] }
`;

/** Its answers say which version of it is in force. */
const route = (name: string, version: string, path = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: default }
spec:
  parentRefs: [{ name: test }]
  hostnames: [${name}.example.com]
  rules:
    - ${path}
      backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: backend }]
      filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-version, value: ${version} }] } }]
`;

const patterned = (steps: number): string =>
  route(
    'patterned',
    `of-${steps}`,
    `matches: [{ path: { type: RegularExpression, value: "/v1/m{1,${steps}}odels" } }]`,
  );

async function versionOf(name: string): Promise<unknown> {
  const headers = { host: `${name}.example.com` };
  const answer = await rawRequest(port, { method: 'GET', path: '/v1/models', headers }).catch(() => undefined);
  return answer?.headers['x-version'] ?? answer?.status;
}

const versions = (): Promise<readonly unknown[]> => Promise.all([...others, 'patterned'].map(versionOf));

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration: number;
}

interface Told {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: { readonly parents?: readonly { readonly conditions: readonly Condition[] }[] };
}

/** By route, what is said of its present generation. */
async function conditions(): Promise<ReadonlyMap<string, readonly Condition[]>> {
  const { items } = JSON.parse(await server.kubectl('get', 'httproutes', '-o', 'json')) as { items: readonly Told[] };
  return new Map(
    items.map(({ metadata, status }) => [
      metadata.name,
      (status?.parents?.[0]?.conditions ?? []).filter((each) => each.observedGeneration === metadata.generation),
    ]),
  );
}

/** `one: Accepted Programmed`: what is true of each. */
async function truths(): Promise<readonly string[]> {
  return [...(await conditions())].map(([name, own]) => {
    const held = own.filter(({ type, status }) => status === 'True' && type !== 'ResolvedRefs').map(({ type }) => type);
    return `${name}: ${held.sort().join(' ')}`;
  });
}

const allTrue = [...others, 'patterned'].sort().map((name) => `${name}: Accepted Programmed`);
const allButOne = allTrue.map((line) => (line.startsWith('patterned') ? 'patterned: ' : line));

async function stands(expected: { readonly serves: readonly unknown[]; readonly says: readonly string[] }) {
  let seen: unknown;
  await until(
    JSON.stringify(expected),
    async () => {
      const now = { serves: await versions(), says: await truths() };
      seen = now;
      return JSON.stringify(now) === JSON.stringify(expected);
    },
    { seen: () => `${JSON.stringify(seen)}\n${controller.log()}` },
  );
}

const every = (version: string): string[] => others.map(() => version);

describe('a route that makes an egress pod refuse the table of all routes', { timeout: 120_000 }, () => {
  it('is told alone, and stays as it was, while all others change', async () => {
    await stands({ serves: [...every('first'), 'of-5'], says: allTrue });
    await server.apply([...others.map((name) => route(name, 'second')), patterned(200)].join('---\n'));
    await stands({ serves: [...every('second'), 'of-5'], says: allButOne });
    const own = (await conditions()).get('patterned');
    for (const type of ['Accepted', 'Programmed']) {
      expect(own?.find((each) => each.type === type)).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/An egress pod refused .* program size/),
      });
    }
    const { conditions: ofGateway } = JSON.parse(await server.kubectl('get', 'gateway', 'test', '-o', 'json')).status;
    expect(ofGateway.find(({ type }: Condition) => type === 'Programmed')).toMatchObject({
      message: expect.not.stringContaining('refused'),
    });
  });

  it('is known to a controller that starts anew, which sends it to nobody and says the same', async () => {
    const said = await conditions();
    const { xdsPort } = controller;
    await controller.stop();
    controller = await startController(xdsPort);
    await until('its pod is connected', () => controller.log().split('client connected').length > 2);
    await until('it writes', () => controller.log().includes('this replica writes now'));
    await server.apply(route('one', 'third'));
    await stands({ serves: ['third', ...every('second').slice(1), 'of-5'], says: allButOne });
    expect((await conditions()).get('patterned')).toEqual(said.get('patterned'));
    expect(controller.log()).not.toContain('refused by a client');
  });

  it('is known to one that has no state, and to a pod that was never there', async () => {
    const said = await conditions();
    const { xdsPort } = controller;
    await egress.stop();
    await controller.stop();
    await rm(folder, { recursive: true });
    controller = await startController(xdsPort);
    egress = await startEgress(xdsPort, ['--config-yaml', strict]);
    await stands({ serves: ['third', ...every('second').slice(1), 'of-5'], says: allButOne });
    await until('it writes', () => controller.log().includes('this replica writes now'));
    expect(await conditions()).toEqual(said);
    expect(controller.log()).not.toContain('refused by a client');
  });

  it('is told by a replica that writes and has no pods', async () => {
    const { xdsPort } = controller;
    await controller.stop();
    const folders = [join(folder, 'writer'), join(folder, 'server')];
    await Promise.all(folders.map((each) => mkdir(each, { recursive: true })));
    const [writerState, serverState] = folders;
    const adminPort = await freePort();
    const writer = await startController(undefined, writerState, ['--replicas', `127.0.0.1:${adminPort}`]);
    try {
      await until('it writes', () => writer.log().includes('this replica writes now'));
      controller = await startController(xdsPort, serverState, [], adminPort);
      await until('its pod is connected', () => controller.log().includes('client connected'));
      await server.apply([...others.map((name) => route(name, 'fourth')), patterned(300)].join('---\n'));
      await stands({ serves: [...every('fourth'), 'of-5'], says: allButOne });
      expect((await conditions()).get('patterned')?.find(({ type }) => type === 'Programmed')).toMatchObject({
        message: expect.stringContaining('m{1,300}'),
      });
      expect(controller.log()).not.toContain('this replica writes now');
      const said = await conditions();
      await writer.stop();
      await until('the other one writes', () => controller.log().includes('this replica writes now'));
      await server.apply(route('one', 'fifth'));
      await stands({ serves: ['fifth', ...every('fourth').slice(1), 'of-5'], says: allButOne });
      expect((await conditions()).get('patterned')).toEqual(said.get('patterned'));
    } finally {
      await writer.stop();
    }
  });

  it('comes in as soon as it is mended', async () => {
    await server.apply(patterned(6));
    await stands({ serves: ['fifth', ...every('fourth').slice(1), 'of-6'], says: allTrue });
  });
});
