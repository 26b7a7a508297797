import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scriptedXdsClient } from '../../feature/support/xds-client.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';
import { freePort } from '../../support/ports.ts';

/*
 * Two controllers of one cluster, each with clients of its own. One of them writes status: it has to know how the
 * clients of the other one stand.
 */

patience();
const cleanup = cleanupsAfterEach();
const main = fileURLToPath(new URL('../../../cmd/controller/main.ts', import.meta.url));
const olderVersions = 'sluice-older-versions';
let server: KubeApiServer;

interface Replica {
  readonly name: string;
  readonly xdsPort: number;
  readonly adminPort: number;
  readonly process: ChildProcess;
}

let replicas: readonly Replica[] = [];

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  await server.apply('{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}');
  // As the chart makes it.
  await server.apply(`{apiVersion: v1, kind: Secret, metadata: {name: ${olderVersions}, namespace: sluice-system}}`);
  await server.apply(policy);
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()];
  const [xdsA = 0, adminA = 0, xdsB = 0, adminB = 0] = ports;
  replicas = [start('a', xdsA, adminA, [adminA, adminB]), start('b', xdsB, adminB, [adminA, adminB])];
  for (const replica of replicas) await until(`${replica.name} answers`, () => answers(replica));
  await until('one of them leads', async () => (await leader()) !== undefined);
});

afterAll(async () => {
  for (const { process } of replicas) {
    process.kill('SIGKILL');
    if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  }
  await server?.close();
});

function start(name: string, xdsPort: number, adminPort: number, admins: readonly number[]): Replica {
  const args = [
    ...[main, '--kubernetes', '--kubeconfig', server.kubeconfig, '--identity', name, '--xds-tls', 'off'],
    ...['--xds', `127.0.0.1:${xdsPort}`, '--admin', `127.0.0.1:${adminPort}`],
    ...['--envoy-image', 'envoy:test', '--processor-image', 'processor:test'],
    ...admins.flatMap((port) => ['--replicas', `127.0.0.1:${port}`]),
  ];
  const env = { ...process.env, SLUICE_LOG_LEVEL: 'error' };
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  return { name, xdsPort, adminPort, process: started };
}

async function answers({ adminPort }: Replica): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/clients`).catch(() => undefined);
  return response?.status === 200;
}

async function leader(): Promise<string | undefined> {
  const get = ['get', 'lease', 'sluice-controller', '-n', 'sluice-system', '-o', 'jsonpath={.spec.holderIdentity}'];
  const holder = await server.kubectl(...get).catch(() => '');
  return holder === '' ? undefined : holder.split('_')[0];
}

const policy = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: sluice-egress }
spec: { controllerName: sluice.dev/gateway-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: egress }
spec: { gatewayClassName: sluice-egress, listeners: [{ name: http, port: 10080, protocol: HTTP }] }
`;

/** A whole pod: a processor that takes everything, an Envoy that takes everything but clusters of `refused`. */
function pod(name: string, { xdsPort }: Replica, refused?: string): void {
  const client = (userAgentName: string) => {
    const node = {
      id: `${name}-${userAgentName}`,
      cluster: 'sluice',
      userAgentName,
      metadata: { gateway: 'egress' },
    };
    const refuses = (resource: string): string | undefined =>
      refused !== undefined && resource.includes(refused) ? `cluster ${resource} is not for me` : undefined;
    const opened = scriptedXdsClient('delta', { port: xdsPort, acks: true, refuses, node });
    cleanup(() => opened.close());
    return opened;
  };
  client('sluice-processor').ask('programProvider', ['*']);
  const envoy = client('envoy');
  envoy.ask('cluster', ['*']);
  envoy.ask('listener', ['*']);
}

async function untilSays(object: string, type: string, expected: RegExp): Promise<void> {
  const path = `{range .status.conditions[?(@.type=="${type}")]}{.status} {.reason} {.observedGeneration}: {.message}{end}`;
  let seen = '';
  const isSaid = async (): Promise<boolean> => {
    seen = await server.kubectl('get', object, '-o', `jsonpath=${path}`);
    return expected.test(seen);
  };
  await until(`${object} says ${type} ${expected}`, isSaid, { seen: () => seen });
}

async function byRole(): Promise<{ readonly leading: Replica; readonly other: Replica }> {
  const name = await leader();
  const leading = replicas.find((replica) => replica.name === name);
  const other = replicas.find((replica) => replica.name !== name);
  if (leading === undefined || other === undefined) throw new Error(`${name} leads`);
  return { leading, other };
}

function provider(name: string, port = 9): string {
  return `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: ${name} }
spec: { schema: openai, endpoint: 'http://127.0.0.1:${port}/v1', credential: { none: {} } }
`;
}

it('tells what pods of the other replica have accepted and refused, and what is not known', async () => {
  await server.kubectl('delete', 'providers.sluice.dev', '--all');
  const { leading, other } = await byRole();
  await server.apply(provider('one'));
  await untilSays('provider/one', 'Programmed', /^False Pending 1: No egress pod/);
  pod('there', other, 'second');
  await untilSays('provider/one', 'Programmed', /^True Programmed 1/);
  pod('here', leading);

  await server.apply(provider('second'));
  await untilSays('provider/second', 'Accepted', /^False Refused 1: .*cluster \S*second\S* is not for me/);
  await untilSays('provider/second', 'Programmed', /^False Invalid 1/);

  other.process.kill('SIGSTOP');
  try {
    await server.apply(provider('third'));
    await untilSays('provider/third', 'Programmed', /^Unknown Pending 1: No answer from 127\.0\.0\.1:\d+/);
    // What was said by the one that is silent now, about what has not changed since, still holds.
    await untilSays('provider/second', 'Accepted', /^False Refused 1/);
    await untilSays('provider/one', 'Programmed', /^True Programmed 1/);
  } finally {
    other.process.kill('SIGCONT');
  }
  await untilSays('provider/third', 'Programmed', /^True Programmed 1/);
});

/** What an Envoy that starts now is given there of this provider: the version of each cluster by its name. */
async function clustersOf({ xdsPort }: Replica, name: string): Promise<Readonly<Record<string, string>>> {
  const node = { id: 'new-envoy', cluster: 'sluice', userAgentName: 'envoy', metadata: { gateway: 'egress' } };
  const client = scriptedXdsClient('delta', { port: xdsPort, node });
  try {
    client.ask('cluster', ['*']);
    const { names, versions } = await client.next();
    const all = names.map((cluster, index) => [cluster, versions[index] ?? ''] as const);
    return Object.fromEntries(all.filter(([cluster]) => cluster.startsWith(`provider/${name}@`)));
  } finally {
    client.close();
  }
}

/** A whole pod, whose Envoy can be told to refuse the next clusters that it gets. */
function fastidiousPod(replica: Replica): { refuseNext(): void } {
  const node = (userAgentName: string) => ({
    ...{ id: `fastidious-${userAgentName}`, cluster: 'sluice', userAgentName, metadata: { gateway: 'egress' } },
  });
  let isRefusing = false;
  const refuses = (name: string): string | undefined => {
    if (!isRefusing || !name.includes('shared')) return undefined;
    isRefusing = false;
    return `cluster ${name} is not for me`;
  };
  const envoy = scriptedXdsClient('delta', { port: replica.xdsPort, acks: true, refuses, node: node('envoy') });
  const processor = scriptedXdsClient('delta', { port: replica.xdsPort, acks: true, node: node('sluice-processor') });
  for (const client of [envoy, processor]) cleanup(() => client.close());
  processor.ask('programProvider', ['*']);
  envoy.ask('cluster', ['*']);
  envoy.ask('listener', ['*']);
  return {
    refuseNext() {
      isRefusing = true;
    },
  };
}

async function conditions(object: string): Promise<unknown> {
  return JSON.parse(await server.kubectl('get', object, '-o', 'jsonpath={.status.conditions}'));
}

async function isKept(): Promise<boolean> {
  const get = ['get', 'secret', olderVersions, '-n', 'sluice-system', '-o', 'jsonpath={.data.versions}'];
  return Buffer.from(await server.kubectl(...get), 'base64').includes('is not for me');
}

it('serves from no replica what a client of one has refused, also when the leader is gone', async () => {
  await server.kubectl('delete', 'providers.sluice.dev', '--all');
  const { leading, other } = await byRole();
  await server.apply(provider('shared'));
  const { refuseNext } = fastidiousPod(other);
  await untilSays('provider/shared', 'Programmed', /^True Programmed 1/);
  const good = await clustersOf(other, 'shared');
  expect(Object.keys(good)).toHaveLength(1);

  refuseNext();
  await server.apply(provider('shared', 8));
  await untilSays('provider/shared', 'Accepted', /^False Refused 2: .*is not for me/);
  expect(await clustersOf(other, 'shared')).toEqual(good);
  expect(await clustersOf(leading, 'shared')).toEqual(good);
  await until('others can know of it', isKept);

  // Without a word: whoever comes has only what was written.
  const said = await conditions('provider/shared');
  leading.process.kill('SIGKILL');
  await once(leading.process, 'exit');
  const admins = [leading.adminPort, other.adminPort];
  const fresh = start('c', leading.xdsPort, leading.adminPort, admins);
  replicas = [fresh, other];
  await until('another one answers', () => answers(fresh));
  expect(await clustersOf(fresh, 'shared')).toEqual(good);
  await until('another one leads', async () => ['c', other.name].includes((await leader()) ?? ''));
  // What a new leader has to say it says after it has asked everybody.
  const another = provider('another');
  await server.apply(another);
  await untilSays('provider/another', 'Accepted', /^True/);
  expect(await conditions('provider/shared')).toEqual(said);
  expect(await isKept()).toBe(true);

  await server.apply(provider('shared', 7));
  await untilSays('provider/shared', 'Accepted', /^True Accepted 3/);
  await until('nothing is kept any more', async () => !(await isKept()));
});
