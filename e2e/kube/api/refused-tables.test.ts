import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import type { Egress } from '../../support/kube-api/egress.ts';
import { emptyOlderVersions, type GatewaySite, startGatewaySite } from '../../support/kube-api/gateway-site.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { freePort } from '../../support/ports.ts';
import { rawRequest } from '../../support/raw-request.ts';

/*
 * HTTPRoutes of one port are one table, of which an Envoy takes all or nothing. This one takes only small expressions. The
 * route that has a larger one is told, and stays as it was; all others go on, whatever is started anew.
 */

patience();
const strict = 'layered_runtime: {layers: [{name: strict, static_layer: {re2.max_program_size.error_level: 80}}]}';
const others = ['one', 'two', 'three', 'four'];
let site: GatewaySite;
let controller: ControllerProcess;
let egress: Egress;

beforeAll(async () => {
  site = await startGatewaySite();
  await site.server.apply('{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}');
  await site.server.apply(emptyOlderVersions);
  await site.server.apply([...others.map((name) => route(name, 'first')), patterned(5)].join('---\n'));
  controller = await startController();
  egress = await site.startEgress(controller, ['--config-yaml', strict]);
});

afterAll(() => site?.close());

const startController = (
  more: { readonly xdsPort?: number; readonly adminPort?: number } = {},
  state = site.folder,
  flags: readonly string[] = [],
): Promise<ControllerProcess> =>
  site.startController({ ...more, identity: state, flags: ['--state', state, ...flags] });

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
  const answer = await rawRequest(site.port, { method: 'GET', path: '/v1/models', headers }).catch(() => undefined);
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
  const { items } = JSON.parse(await site.server.kubectl('get', 'httproutes', '-o', 'json')) as {
    items: readonly Told[];
  };
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
    await site.server.apply([...others.map((name) => route(name, 'second')), patterned(200)].join('---\n'));
    await stands({ serves: [...every('second'), 'of-5'], says: allButOne });
    const own = (await conditions()).get('patterned');
    for (const type of ['Accepted', 'Programmed']) {
      expect(own?.find((each) => each.type === type)).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/An egress pod refused .* program size/),
      });
    }
    const { conditions: ofGateway } = JSON.parse(
      await site.server.kubectl('get', 'gateway', 'test', '-o', 'json'),
    ).status;
    expect(ofGateway.find(({ type }: Condition) => type === 'Programmed')).toMatchObject({
      message: expect.not.stringContaining('refused'),
    });
  });

  it('is known to a controller that starts anew, which sends it to nobody and says the same', async () => {
    const said = await conditions();
    const { xdsPort } = controller;
    await controller.stop();
    controller = await startController({ xdsPort });
    await until('its pod is connected', () => controller.log().split('client connected').length > 2);
    await until('it writes', () => controller.log().includes('this replica writes now'));
    await site.server.apply(route('one', 'third'));
    await stands({ serves: ['third', ...every('second').slice(1), 'of-5'], says: allButOne });
    expect((await conditions()).get('patterned')).toEqual(said.get('patterned'));
    expect(controller.log()).not.toContain('refused by a client');
  });

  it('is known to one that has no state, and to a pod that was never there', async () => {
    const said = await conditions();
    const { xdsPort } = controller;
    await egress.stop();
    await controller.stop();
    await rm(site.folder, { recursive: true });
    controller = await startController({ xdsPort });
    egress = await site.startEgress(controller, ['--config-yaml', strict]);
    await stands({ serves: ['third', ...every('second').slice(1), 'of-5'], says: allButOne });
    await until('it writes', () => controller.log().includes('this replica writes now'));
    expect(await conditions()).toEqual(said);
    expect(controller.log()).not.toContain('refused by a client');
  });

  it('is told by a replica that writes and has no pods', async () => {
    const { xdsPort } = controller;
    await controller.stop();
    const folders = [join(site.folder, 'writer'), join(site.folder, 'server')];
    await Promise.all(folders.map((each) => mkdir(each, { recursive: true })));
    const [writerState, serverState] = folders;
    const adminPort = await freePort();
    const writer = await startController({}, writerState, ['--replicas', `127.0.0.1:${adminPort}`]);
    try {
      await until('it writes', () => writer.log().includes('this replica writes now'));
      controller = await startController({ xdsPort, adminPort }, serverState);
      await until('its pod is connected', () => controller.log().includes('client connected'));
      await site.server.apply([...others.map((name) => route(name, 'fourth')), patterned(300)].join('---\n'));
      await stands({ serves: [...every('fourth'), 'of-5'], says: allButOne });
      expect((await conditions()).get('patterned')?.find(({ type }) => type === 'Programmed')).toMatchObject({
        message: expect.stringContaining('m{1,300}'),
      });
      expect(controller.log()).not.toContain('this replica writes now');
      const said = await conditions();
      await writer.stop();
      await until('the other one writes', () => controller.log().includes('this replica writes now'));
      await site.server.apply(route('one', 'fifth'));
      await stands({ serves: ['fifth', ...every('fourth').slice(1), 'of-5'], says: allButOne });
      expect((await conditions()).get('patterned')).toEqual(said.get('patterned'));
    } finally {
      await writer.stop();
    }
  });

  it('comes in as soon as it is mended', async () => {
    await site.server.apply(patterned(6));
    await stands({ serves: ['fifth', ...every('fourth').slice(1), 'of-6'], says: allTrue });
  });
});
