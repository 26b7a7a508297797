import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, it } from 'vitest';
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

function provider(name: string): string {
  return `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: ${name} }
spec: { schema: openai, endpoint: 'http://127.0.0.1:9/v1', credential: { none: {} } }
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
