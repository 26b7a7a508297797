import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Condition } from '../../../src/controller/conditions/condition.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { manifestsOf, renderChart } from '../../support/kube-api/chart.ts';
import { startChartController } from '../../support/kube-api/chart-controller.ts';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

/*
 * Manifests that were written for Envoy Gateway name its controller in their GatewayClass. Where it does not run, a
 * release can have that name, and takes them as they are.
 */

patience();
const cleanup = cleanupsAfterEach();
const theirs = join(import.meta.dirname, 'testdata/their-class.yaml');
const name = 'gateway.envoyproxy.io/gatewayclass-controller';
const asTheirs = ['--set', `gatewayClass.controllerName=${name},gatewayClass.name=egress-of-theirs`] as const;
let folder: string;
let server: KubeApiServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-their-class-'));
  server = await startApiServer();
  await serveEveryKind(server);
});

afterAll(async () => {
  await server?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** What is said of an object, or of a policy for the first thing that it is for. */
async function told(resource: string, object: string): Promise<Readonly<Record<string, string>>> {
  const { status } = JSON.parse(await server.kubectl('get', resource, object, '-o', 'json'));
  const all: readonly Condition[] = status?.conditions ?? status?.ancestors?.[0]?.conditions ?? [];
  return Object.fromEntries(all.map(({ type, status: value, reason }) => [type, `${value} ${reason}`]));
}

/** Instead of what another test has installed. */
async function install(...values: readonly string[]): Promise<ControllerProcess> {
  const chart = manifestsOf(await renderChart('--skip-crds', '--set', 'ai-gateway-crds.enabled=false', ...values));
  await server.apply('{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}');
  await server.apply(chart.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
  const controller = await startChartController({ server, chart, folder, flags: [] });
  cleanup(() => controller.stop());
  return controller;
}

const found = (...object: readonly string[]): Promise<string> => server.kubectl('get', ...object, '--ignore-not-found');

it('serves Gateways of a class that names the controller of Envoy Gateway', async () => {
  const { log } = await install(...asTheirs);
  // As their documentation says it, which is stricter than a server-side apply: no field may be unknown.
  await server.kubectl('apply', '-f', theirs);
  await until('the Gateway gets its pods', async () => (await found('deployment', 'team-gateway')) !== '', {
    seen: log,
  });
  const objects = [
    ['gatewayclass', 'egress-of-theirs'],
    ['gatewayclass', 'team-gateway'],
    ['gateway', 'team-gateway'],
    ['envoyproxy', 'team-gateway'],
    ['gatewayconfig', 'team-config'],
    ['clienttrafficpolicy', 'large-prompts'],
    ['aigatewayroute', 'team-route'],
    ['aiservicebackend', 'team-server'],
  ] as const;
  const isAccepted = async (resource: string, object: string) =>
    (await told(resource, object)).Accepted === 'True Accepted';
  for (const [resource, object] of objects) {
    await until(`${resource} ${object} is accepted`, () => isAccepted(resource, object), { seen: log });
  }
  const warnings = await Promise.all(objects.map(async ([resource, object]) => (await told(resource, object)).Warning));
  expect(warnings).toEqual([
    undefined,
    'True WithoutEffect',
    'True WithoutEffect',
    'True WithoutEffect',
    'True WithoutEffect',
    undefined,
    'True WithoutEffect',
    'True UnsupportedValue',
  ]);
  const [listener] = JSON.parse(await server.kubectl('get', 'gateway', 'team-gateway', '-o', 'json')).status.listeners;
  expect(listener).toMatchObject({ name: 'http', attachedRoutes: 1 });
});

it('goes on with the pods that were made under its own name', async () => {
  const first = await install();
  const egress = ['deployment', 'egress', '-n', 'sluice-dataplane', '-o'] as const;
  const madeBy = () =>
    found(...egress, 'jsonpath={.metadata.uid} {.metadata.annotations.sluice\\.dev/controller-name}');
  await until('the egress gets its pods', async () => (await madeBy()).endsWith(' sluice.dev/gateway-controller'));
  const [uid] = (await madeBy()).split(' ');
  await first.stop();
  // As an upgrade does, which makes a class of another name, since a class keeps its controller for good.
  const { log } = await install(...asTheirs);
  await server.kubectl('delete', 'gatewayclass', 'sluice-egress');
  await until('they are its own', async () => (await madeBy()) === `${uid} ${name}`, { seen: log });
});
