import { afterAll, beforeAll, expect, it } from 'vitest';
import { outcomeOf } from '../../../src/controller/conditions/outcome-of.ts';
import { createStatusReporter, type StatusReporter } from '../../../src/controller/conditions/reporter.ts';
import { type Controller, createController } from '../../../src/controller/controller.ts';
import { noTokens } from '../../../src/controller/credentials/testing/no-tokens.ts';
import { withTokens } from '../../../src/controller/credentials/with-tokens.ts';
import { createControllerMetrics } from '../../../src/controller/metrics.ts';
import { connectedOf } from '../../../src/controller/rollout/reach.ts';
import { type KubernetesSource, startKubernetesSource } from '../../../src/controller/sources/kubernetes/source.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { inCluster } from '../../../src/model/build/place.ts';
import type { ClientState } from '../../../src/xds/server/client.ts';
import { createXdsServer } from '../../../src/xds/server/server.ts';
import { typeUrls } from '../../../src/xds/snapshot/type-url.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { type WatchedClient, watchedClient } from '../../support/kube-api/proxy.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

/*
 * From what people apply to what they read in its status: the source, the build and the reporter as they are, with pods
 * that accept everything.
 */

patience();
const log = createLogger({ name: 'test', level: 'silent' });
let server: KubeApiServer;
let watched: WatchedClient;
let source: KubernetesSource;
let controller: Controller;
let reporter: StatusReporter;
let builds = 0;
let pods: readonly ClientState[] = [];

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  watched = await watchedClient(server);

  source = await startKubernetesSource({
    client: watched.client,
    selectors: [],
    onChange: () => void apply(),
    onObjects: () => reporter?.changed(),
    onError: () => undefined,
    onTrouble: () => undefined,
  });
  controller = createController({
    version: 'test',
    server: createXdsServer({ groupOf: () => ({ ok: true, value: 'egress' }) }),
    surroundings: withTokens(source.surroundings, noTokens),
    place: inCluster,
    log,
    metrics: createControllerMetrics(() => pods.length),
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
  reporter = createStatusReporter({
    client: watched.client,
    log,
    isLeader: () => true,
    quietMs: 50,
    outcome: () =>
      outcomeOf({
        controllerName: 'sluice.dev/gateway-controller',
        controller,
        source,
        clients: pods.map(connectedOf),
        provisioned: new Map([
          ['egress', { readyPods: pods.length / 2, addresses: [{ type: 'IPAddress', value: '10.96.0.20' }] }],
        ]),
      }),
  });
  await apply();
});

afterAll(async () => {
  reporter?.close();
  controller?.close();
  await source?.close();
  await watched?.close();
  await server?.close();
});

async function apply(): Promise<void> {
  if (controller === undefined) return;
  builds += 1;
  await controller.apply(source.current());
  reporter.changed();
}

function pod(state: 'synced' | 'pending'): readonly ClientState[] {
  const client = (id: string, userAgent: string, typeUrl: string): ClientState => ({
    node: { id, cluster: 'sluice', userAgent, version: undefined, metadata: {} },
    group: 'egress',
    connectedAt: 0,
    types: [{ typeUrl, accepted: 1, state }],
    resources: () => [],
  });
  return [
    client('egress-1', 'envoy', typeUrls.listener),
    client('egress-1-processor', 'sluice-processor', typeUrls.programKey),
  ];
}

/** What is said of the object as it is now; nothing while that is still to come. */
async function condition(object: string, type: string): Promise<string> {
  const { metadata, status } = JSON.parse(await server.kubectl('get', object, '-o', 'json')) as KubeObject;
  const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
  const found = conditions.find((each) => each.type === type && each.observedGeneration === metadata.generation);
  return found === undefined ? '' : `${found.status} ${found.reason}: ${found.message}`;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

async function untilSays(object: string, type: string, expected: RegExp): Promise<void> {
  let seen = '';
  const isSaid = async (): Promise<boolean> => {
    seen = await condition(object, type);
    return expected.test(seen);
  };
  await until(`${object} says ${type} ${expected}`, isSaid, { seen: () => seen });
}

const writes = (): number =>
  watched.calls.filter((call) => call.startsWith('PATCH ') && call.endsWith('/status')).length;

/** Until nothing is built or written any more. */
async function quiet(): Promise<void> {
  for (let seen = ''; seen !== `${builds} ${writes()}`; ) {
    seen = `${builds} ${writes()}`;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function change(object: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
  await server.kubectl('patch', ...object.split('/'), '--type=merge', '-p', JSON.stringify({ spec }));
}

it('tells what became of what was applied, and writing that is no change to anybody', async () => {
  pods = [];
  await server.kubectl('delete', 'model', '--all');
  await server.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: sluice.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: egress }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: 10080, protocol: HTTP }] }
---
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: openai }
spec: { schema: openai, credential: { none: {} } }
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: { name: small }
spec: { targets: [{ provider: openai }] }
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: { name: lost }
spec: { targets: [{ provider: nobody }] }
`);
  await untilSays('gatewayclass/sluice-egress', 'Accepted', /^True Accepted/);
  await untilSays('gateway/egress', 'Accepted', /^True Accepted/);
  await untilSays('gateway/egress', 'Programmed', /^False Pending: No egress pod/);
  await untilSays('model/small', 'Accepted', /^True Accepted/);
  await untilSays('model/small', 'Programmed', /^False Pending/);
  await untilSays('model/lost', 'Accepted', /^False \w+: spec\.targets\[0\]\.provider .*nobody/);

  pods = pod('synced');
  reporter.changed();
  await untilSays('gateway/egress', 'Programmed', /^True Programmed/);
  await untilSays('model/small', 'Programmed', /^True Programmed/);

  await quiet();
  const [builtBefore, writtenBefore] = [builds, writes()];
  reporter.changed();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect([builds, writes()]).toEqual([builtBefore, writtenBefore]);
});

it('says that an older version is in force while the newer one is wrong, and takes it back', async () => {
  await change('model/small', { targets: [{ provider: 'nobody' }] });
  await untilSays('model/small', 'Accepted', /^False \w+: .*nobody.*The last version that was accepted stays in force/);
  await change('model/small', { targets: [{ provider: 'openai' }] });
  await untilSays('model/small', 'Accepted', /^True Accepted/);
});

it('waits for a pod that has not answered, and stays programmed while another one starts', async () => {
  pods = pod('synced');
  await change('model/small', { listed: true });
  await untilSays('model/small', 'Programmed', /^True Programmed/);
  pods = pod('pending');
  await change('model/small', { listed: false });
  await untilSays('model/small', 'Programmed', /^False Pending: It waits for egress-1/);
  expect(await condition('gateway/egress', 'Programmed')).toMatch(/^True/);
  pods = pod('synced');
  reporter.changed();
  await untilSays('model/small', 'Programmed', /^True Programmed/);
  await quiet();
  const before = writes();
  pods = [...pod('synced'), ...pod('pending')];
  reporter.changed();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(writes()).toBe(before);
});

it('tells the Gateway and its objects when no pod is left, the Gateway only', async () => {
  pods = [];
  reporter.changed();
  await untilSays('gateway/egress', 'Programmed', /^False Pending: No egress pod/);
  expect(await condition('model/small', 'Programmed')).toMatch(/^True/);
});
