import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authoritySecret } from '../../../src/controller/authority/secret.ts';
import { connectKubeClient } from '../../../src/kube/client.ts';
import { createAuthority } from '../../../src/pki/authority.ts';
import { scriptedXdsClient } from '../../feature/support/xds-client.ts';
import { createAuthority as createTestAuthority } from '../../support/certificates.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { type Audit, type AuditedCall, auditOf } from '../../support/kube-api/audit.ts';
import { type Manifest, manifestsOf, renderChart } from '../../support/kube-api/chart.ts';
import { startChartController } from '../../support/kube-api/chart-controller.ts';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import { type Grant, grantsIn, grantText, permits } from '../../support/kube-api/grants.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { untilServed } from '../../support/kube-api/served-kinds.ts';
import { gatewayApiFile } from '../../support/kube-gateway-api.ts';

/*
 * The controller with the roles that the chart ships, by the API server's own account of its calls: whatever it does is
 * granted, and whatever is granted it does. Each test leads it through everything that it ever does.
 */

patience();
const cleanup = cleanupsAfterEach();
const [system, dataplane] = ['sluice-system', 'sluice-dataplane'];
const everyKind = join(import.meta.dirname, 'testdata/every-kind.yaml');
let folder: string;
let audit: Audit;
let server: KubeApiServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-permissions-'));
  audit = await auditOf(`system:serviceaccount:${system}:controller`, folder);
  server = await startApiServer({ flags: audit.flags });
  await server.kubectl('apply', '--server-side', '-f', gatewayApiFile());
});

afterAll(async () => {
  await server?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Instead of what another test has installed. */
async function install(...values: readonly string[]): Promise<readonly Manifest[]> {
  const chart = manifestsOf(await renderChart('--include-crds', ...values));
  const definitions = chart.filter(({ kind }) => kind === 'CustomResourceDefinition');
  await apply(definitions);
  await untilServed(server);
  const roles = 'clusterrole,clusterrolebinding,role,rolebinding';
  await server.kubectl('delete', roles, '-A', '-l', 'app.kubernetes.io/instance=sluice', '--ignore-not-found');
  await server.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${system}}}`);
  await server.kubectl('delete', 'secret,lease', '--all', '-n', system, '--ignore-not-found');
  // What has its status already is not told again.
  const left = () => server.kubectl('delete', '-n', dataplane, '-f', everyKind, '--ignore-not-found');
  await until('all kinds are known', () => isDone(left()));
  await server.kubectl('delete', 'gateway,gatewayclass', '--all', '-A', '--ignore-not-found');
  await until('the chart is taken', () => isDone(apply(chart.filter((each) => !definitions.includes(each)))));
  return chart;
}

function apply(manifests: readonly Manifest[]): Promise<void> {
  return server.apply(manifests.map((manifest) => JSON.stringify(manifest)).join('\n---\n'));
}

/** Kinds are known to everybody a moment after they are served. */
function isDone(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

async function run(chart: readonly Manifest[], ...flags: readonly string[]): Promise<ControllerProcess> {
  const controller = await startChartController({ server, chart, folder, flags });
  cleanup(() => controller.stop());
  return controller;
}

async function leads(controller: ControllerProcess): Promise<void> {
  await until('it leads', () => controller.log().includes('this replica writes now'), { seen: controller.log });
}

function isThere(...object: readonly string[]): Promise<boolean> {
  return isDone(server.kubectl('get', ...object));
}

function provisioned(): Promise<void> {
  return until('the Gateway has its pods', () => isThere('poddisruptionbudget', 'egress', '-n', dataplane));
}

/** Ours no more: everything that was made for it goes. */
async function giveAway(): Promise<void> {
  await server.apply(
    '{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: other}, spec: {controllerName: example.com/other}}',
  );
  const spec = JSON.stringify({ spec: { gatewayClassName: 'other' } });
  await server.kubectl('patch', 'gateway', 'egress', '-n', dataplane, '--type=merge', '-p', spec);
  await until('its pods go', async () => !(await isThere('deployment', 'egress', '-n', dataplane)));
}

/** Reading it all is work for a machine that has other things to do. */
async function callsSince(begun: number): Promise<readonly AuditedCall[]> {
  await sleep(500);
  return (await audit.calls()).slice(begun);
}

const callText = ({ verb, group, resource, namespace, name, code }: AuditedCall): string =>
  `${grantText({ verb, group, resource, namespace, names: name === '' ? [] : [name] })}: ${code}`;

/** Secrets of a whole cluster are nobody's business. */
function wideSecrets(calls: readonly AuditedCall[]): readonly string[] {
  const isWide = ({ resource, name, namespace }: AuditedCall) =>
    resource === 'secrets' && name === '' && namespace === '';
  return calls.filter(isWide).map(callText);
}

it('are enough for everything, and none of them is idle', async () => {
  const begun = (await audit.calls()).length;
  const calls = () => callsSince(begun);
  const chart = await install('--set', 'networkPolicies.enabled=true');
  const grants = grantsIn(chart);

  // It makes an authority for itself, and one that is old gets a successor.
  const first = await run(chart);
  await leads(first);
  await first.stop();
  await growOld();
  const controller = await run(chart);
  await leads(controller);

  await server.kubectl('apply', '--server-side', '-n', dataplane, '-f', everyKind);
  await provisioned();
  await misspell();
  await refuseTwice(controller);

  const unused = async (): Promise<readonly string[]> => {
    const all = await calls();
    return grants.filter((grant) => !all.some((call) => permits(grant, call))).map(grantText);
  };
  let idle: readonly string[] = [];
  const isUsed = (isToCome: (grant: string) => boolean) => async (): Promise<boolean> => {
    idle = (await unused()).filter((grant) => !isToCome(grant));
    return idle.length === 0;
  };
  const seen = () => idle;
  await until('all is used that makes something', isUsed(isDeletion), { limitMs: 180_000, seen });
  await giveAway();
  await until(
    'everything is used',
    isUsed(() => false),
    { seen },
  );

  const all = await calls();
  expect(all.filter(({ code }) => code === 403).map(callText)).toEqual([]);
  expect(all.filter((call) => !grants.some((grant) => permits(grant, call))).map(callText)).toEqual([]);
  expect(wideSecrets(all)).toEqual([]);
}, 400_000);

function isDeletion(grant: string): boolean {
  return grant.startsWith('delete ');
}

/** As the Secret is after five years. */
async function growOld(): Promise<void> {
  const client = await connectKubeClient({ kubeconfig: server.kubeconfig });
  if (!client.ok) throw new Error(client.error);
  cleanup(() => client.value.close());
  const secret = authoritySecret(client.value, system, 'sluice-xds-authority');
  const stored = await secret.read();
  if (!stored.ok || stored.value === undefined) throw new Error('there is no authority');
  const now = new Date(Date.now() - 6 * 365 * 24 * 3_600_000);
  await secret.write([await createAuthority({ name: 'Old', now })], stored.value);
}

/** A model that was right names a provider that is not there: the version before stays in force. */
async function misspell(): Promise<void> {
  const isAccepted = ['wait', 'model.sluice.dev/model', '-n', dataplane, '--for=condition=Accepted', '--timeout=1s'];
  await until('the model is right', () => isDone(server.kubectl(...isAccepted)));
  const spec = JSON.stringify({ spec: { targets: [{ provider: 'privoder' }] } });
  await server.kubectl('patch', 'model.sluice.dev', 'model', '-n', dataplane, '--type=merge', '-p', spec);
}

/** A pod of the Gateway does not take a cluster, and not what comes in its place either: an Event, and its count. */
async function refuseTwice({ xdsPort }: ControllerProcess): Promise<void> {
  const secret = JSON.parse(await server.kubectl('get', 'secret', 'egress-xds', '-n', dataplane, '-o', 'json'));
  const text = (key: string): Buffer => Buffer.from(secret.data[key], 'base64');
  let refusals = 0;
  const envoy = scriptedXdsClient('delta', {
    port: xdsPort,
    acks: true,
    credentials: credentials.createSsl(text('ca.crt'), text('tls.key'), text('tls.crt')),
    node: { id: 'egress-1', cluster: 'sluice', userAgentName: 'envoy', metadata: { gateway: `${dataplane}/egress` } },
    refuses(name) {
      if (!name.includes('unwanted')) return undefined;
      refusals++;
      return 'no such cluster for me';
    },
  });
  cleanup(() => envoy.close());
  envoy.ask('cluster', ['*']);
  for (const port of [8001, 8002]) {
    const before = refusals;
    const endpoint = `http://127.0.0.1:${port}/v1`;
    await server.apply(`
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: unwanted, namespace: ${dataplane} }
spec: { schema: openai, endpoint: '${endpoint}', credential: { none: {} } }
`);
    await until('it is refused', () => refusals > before);
  }
}

it('are enough in the namespaces that are named, with certificates of somebody else', async () => {
  const begun = (await audit.calls()).length;
  const calls = () => callsSince(begun);
  const chart = await install(
    ...['--set', 'networkPolicies.enabled=true', '--set', `rbac.gatewayNamespaces={${dataplane}}`],
    ...['--set', 'controller.xds.tls.mode=supplied', '--set', 'controller.xds.tls.secretName=xds'],
    ...['--set', 'controller.xds.tls.clientSecretName=xds-client'],
  );
  const grants = grantsIn(chart);
  await leftBehind();
  await server.apply(elsewhere);
  const controller = await run(chart, ...(await suppliedCertificates()));
  await leads(controller);
  await server.kubectl('apply', '--server-side', '-n', dataplane, '-f', everyKind);
  await provisioned();
  await misspell();
  await server.kubectl('label', 'service', 'egress', '-n', dataplane, 'app.kubernetes.io/name=changed', '--overwrite');

  const path = '{.status.conditions[?(@.type=="Programmed")].message}';
  const complaint = () => server.kubectl('get', 'gateway', 'lost', '-n', 'team-b', '-o', `jsonpath=${path}`);
  let said = '';
  const isSaid = async (): Promise<boolean> => {
    said = await complaint();
    return said.includes('Forbidden (403)');
  };
  await until('the Gateway elsewhere says what is forbidden', isSaid, { seen: () => said });
  await giveAway();

  // What is granted everywhere is the same as in the other test.
  const named = grants.filter(({ namespace }) => namespace !== '');
  let idle: readonly Grant[] = [];
  const isUsed = async (): Promise<boolean> => {
    const all = await calls();
    idle = named.filter((grant) => !all.some((call) => permits(grant, call)));
    return idle.length === 0;
  };
  await until('everything is used', isUsed, { seen: () => idle.map(grantText) });
  const all = await calls();
  expect(all.filter(({ code, namespace }) => code === 403 && namespace !== 'team-b').map(callText)).toEqual([]);
  expect(wideSecrets(all)).toEqual([]);
}, 400_000);

const elsewhere = `
{apiVersion: v1, kind: Namespace, metadata: {name: team-b}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: lost, namespace: team-b }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: 80, protocol: HTTP }] }
`;

/** The Secret of a time when certificates were our own. */
async function leftBehind(): Promise<void> {
  const uid = await server.kubectl('get', 'gateway', 'egress', '-n', dataplane, '-o', 'jsonpath={.metadata.uid}');
  const owner = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name: 'egress', uid, controller: true };
  const labels = { 'app.kubernetes.io/managed-by': 'sluice', 'gateway.networking.k8s.io/gateway-name': 'egress' };
  const metadata = { name: 'egress-xds', namespace: dataplane, labels, ownerReferences: [owner] };
  await server.kubectl('delete', 'secret', 'egress-xds', '-n', dataplane, '--ignore-not-found');
  await server.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque' }));
}

async function suppliedCertificates(): Promise<readonly string[]> {
  const authority = createTestAuthority('somebody');
  const { certificate, privateKey } = authority.issue('localhost');
  const texts = { cert: certificate, key: privateKey, 'client-ca': authority.certificate };
  const flags: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const file = join(folder, `${name}.pem`);
    await writeFile(file, text);
    flags.push(`--tls-${name}`, file);
  }
  return flags;
}
