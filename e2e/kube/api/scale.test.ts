import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchedKinds } from '../../../src/controller/sources/kubernetes/watched-kinds.ts';
import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { type Reflector, startReflector } from '../../../src/kube/reflector.ts';
import { type ScriptedXdsClient, scriptedXdsClient } from '../../feature/support/xds-client.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type ControllerProcess, startControllerProcess } from '../../support/kube-api/controller.ts';
import { fleetOf, fleetRoute, prepareFleetServer, routeName, writeAll } from '../../support/kube-api/fleet.ts';
import { patience, until } from '../../support/kube-api/patience.ts';

/*
 * 2,000 AIGatewayRoutes from the API server through the controller's process to clients that accept everything, and back
 * as status.
 */

patience();
const cleanup = cleanupsAfterEach();
const size = { routes: 2_000, backends: 50 };
let server: KubeApiServer;
let client: KubeClient;
let reflectors: readonly Reflector[] = [];

beforeAll(async () => {
  server = await startApiServer();
  await prepareFleetServer(server);
  const connected = await connectKubeClient({ kubeconfig: server.kubeconfig });
  if (!connected.ok) throw new Error(connected.error);
  client = connected.value;
  await writeAll(client, fleetOf(size, 10_080, 9));
  reflectors = await watchEverything();
});

afterAll(async () => {
  for (const reflector of reflectors) reflector.close();
  client?.close();
  await server?.close();
});

/** A pod that accepts everything. */
interface Pod {
  readonly envoy: ScriptedXdsClient;
  readonly processor: ScriptedXdsClient;
}

function startPod(xdsPort: number): Pod {
  const open = (userAgentName: string): ScriptedXdsClient => {
    const node = { id: `pod-${userAgentName}`, cluster: 'sluice', userAgentName, metadata: { gateway: 'test' } };
    const opened = scriptedXdsClient('delta', { port: xdsPort, acks: true, node });
    cleanup(() => opened.close());
    return opened;
  };
  const [envoy, processor] = [open('envoy'), open('sluice-processor')];
  for (const type of ['programSettings', 'programProvider', 'programRoute', 'programModel', 'programKey'] as const) {
    processor.ask(type, ['*']);
  }
  envoy.ask('cluster', ['*']);
  envoy.ask('listener', ['*']);
  return { envoy, processor };
}

async function startController(): Promise<ControllerProcess> {
  const flags = ['--status-writes', '1000'];
  const controller = await startControllerProcess({ kubeconfig: server.kubeconfig, flags });
  cleanup(() => controller.stop());
  await until('the controller serves', async () => (await controller.page('/healthz')) !== undefined, {
    seen: controller.log,
  });
  return controller;
}

/** How many resources of a type have come. */
function names({ received }: ScriptedXdsClient, type: string): ReadonlySet<string> {
  return new Set(received.filter((response) => response.type === type).flatMap((response) => response.names));
}

/** By kind and name, as watches show them. */
const objects = new Map<string, KubeObject>();

/** Listing thousands of objects again and again would keep the API server from what it is here for. */
async function watchEverything(): Promise<readonly Reflector[]> {
  const reflectors = watchedKinds.map(
    ({
      kind,
      facts: {
        group,
        versions: [version],
        plural,
      },
    }) =>
      startReflector({
        client,
        place: { group, version, plural },
        onChanges(changes) {
          for (const { object } of changes) objects.set(`${kind}/${object.metadata.name}`, object);
        },
        onError: () => undefined,
      }),
  );
  await until('everything is watched', () => reflectors.every((reflector) => reflector.hasSynced()));
  return reflectors;
}

/** Of every object: a write of whatever kind gives it another one. */
function versions(): ReadonlyMap<string, string | undefined> {
  return new Map([...objects].map(([id, { metadata }]) => [id, metadata.resourceVersion]));
}

function changed(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): readonly string[] {
  return [...after].filter(([id, version]) => before.get(id) !== version).map(([id]) => id);
}

interface Conditions {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly observedGeneration: number;
  }[];
}

/** Routes that do not say yet that every pod has accepted them as they are. */
function pending(): readonly string[] {
  const isProgrammed = ({ metadata, status }: KubeObject): boolean =>
    (status as Conditions | undefined)?.conditions?.some(
      (each) => each.type === 'Programmed' && each.status === 'True' && each.observedGeneration === metadata.generation,
    ) === true;
  const routes = [...objects].filter(([id]) => id.startsWith('AIGatewayRoute/'));
  return routes.filter(([, object]) => !isProgrammed(object)).map(([id]) => id);
}

async function untilAllAreProgrammed(controller: ControllerProcess): Promise<void> {
  await until('all routes are programmed', () => pending().length === 0, {
    limitMs: 180_000,
    seen: () => [pending().length, pending().slice(0, 3), controller.log().slice(-2_000)],
  });
}

/** Until a second has passed without a write. */
async function untilQuiet(): Promise<ReadonlyMap<string, string | undefined>> {
  let last = versions();
  const isQuiet = async (): Promise<boolean> => {
    await pause(1_000);
    const now = versions();
    const isSame = changed(last, now).length === 0;
    last = now;
    return isSame;
  };
  await until('nothing is written any more', isQuiet);
  return last;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

it('hands 2,000 AIGatewayRoutes out, tells them so once, and then writes only what a change asks for', async () => {
  const first = await startController();
  const { envoy, processor } = startPod(first.xdsPort);
  await until('the pod has everything', () => names(processor, 'programModel').size === size.routes);
  expect(names(processor, 'programRoute').size).toBe(size.routes);
  expect(names(processor, 'programProvider').size).toBe(size.backends);
  expect([...names(envoy, 'cluster')].filter((name) => name.startsWith('provider/'))).toHaveLength(size.backends);
  await untilAllAreProgrammed(first);

  const told = await untilQuiet();
  await pause(4_000);
  expect(changed(told, versions())).toEqual([]);

  // Another backend than at the first attempt, should there be a second one.
  const before = processor.received.length;
  const route = `AIGatewayRoute/${routeName(7)}`;
  const generation = objects.get(route)?.metadata.generation ?? 0;
  const isMoved = JSON.stringify(objects.get(route)?.spec).includes('backend-0011');
  await writeAll(client, [fleetRoute(7, isMoved ? 12 : 11)]);
  await until('the pod has the change', () => processor.received.length > before);
  await until('the watch has it', () => objects.get(route)?.metadata.generation === generation + 1);
  await untilAllAreProgrammed(first);
  const after = await untilQuiet();
  expect(changed(told, after)).toEqual([route]);
  const responses = processor.received.slice(before);
  expect(responses.flatMap(({ type, names: changedNames }) => changedNames.map((name) => `${type} ${name}`))).toEqual([
    expect.stringMatching(/^programRoute .*route-0007/),
  ]);

  // Whoever comes after it finds everything told.
  await first.stop();
  const second = await startController();
  const successor = startPod(second.xdsPort);
  await until('the pod has everything', () => names(successor.processor, 'programModel').size === size.routes);
  await until('the second one writes', () => second.log().includes('this replica writes now'));
  await pause(4_000);
  // Nobody stood behind the Gateway until the pod came.
  expect(changed(after, await untilQuiet()).filter((id) => id !== 'Gateway/test')).toEqual([]);
}, 420_000);
