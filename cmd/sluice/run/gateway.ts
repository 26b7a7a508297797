import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../../src/controller/control-plane.ts';
import { folderSource } from '../../../src/controller/sources/files/open.ts';
import type { Status } from '../../../src/controller/status.ts';
import { findEnvoy } from '../../../src/envoy/binary.ts';
import { bootstrap } from '../../../src/envoy/bootstrap.ts';
import { type SupervisedEnvoy, superviseEnvoy } from '../../../src/envoy/process.ts';
import { systemCaFile } from '../../../src/envoy/system-ca.ts';
import { acceptsEnvoy } from '../../../src/envoy/version.ts';
import { createLogger, type Logger, logFormat } from '../../../src/lib/log.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import { startPractice } from '../../../src/practice/start.ts';
import { version } from '../../../src/version.ts';
import type { Io } from '../cli/io.ts';
import { paintFor } from '../cli/paint.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';
import { banner } from './banner.ts';
import { certificateFile } from './certificate-file.ts';
import { superviseChild } from './child.ts';
import { demoKey } from './demo-key.ts';
import { type Obstacle, obstacleAt } from './ports.ts';
import { publicProviders } from './public-providers.ts';
import { makeSockets } from './sockets.ts';
import { tryIt } from './try-it.ts';

export interface RunOptions {
  readonly folder: string;
  readonly gateway: string | undefined;
  readonly processors: number;
  readonly adminPort: number;
  readonly practicePort: number;
  readonly drainMs: number;
}

const startLimitMs = 60_000;
const childGraceMs = 3_000;

/** Closes what was opened, in reverse, whatever happened in between. */
type Cleanup = (() => Promise<void> | void)[];

/** Runs until `io.stop`. Answers what went wrong in one sentence, or nothing. */
export async function runGateway(options: RunOptions, io: Io): Promise<string | undefined> {
  const cleanup: Cleanup = [];
  try {
    const checked = await check(options, io);
    if (!checked.ok) return checked.error;
    const started = await start(options, checked.value, io, cleanup);
    if (!started.ok) return io.stop.aborted ? undefined : started.error;
    io.out(started.value);
    await stopped(io.stop);
    return undefined;
  } finally {
    for (const close of cleanup.reverse()) await close();
  }
}

interface Checked {
  readonly gateway: GatewayModel;
  readonly documents: readonly PolicyDocument[];
  readonly envoyPath: string;
  /** The practice provider is needed: the policy names its address. */
  readonly wantsPractice: boolean;
}

/** Everything that can be known to be wrong before anything is started. */
async function check(options: RunOptions, io: Io): Promise<Result<Checked>> {
  const { built, documents, problems } = await loadPolicy(options.folder, io, { skipSecrets: false });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    io.err(`${problemReport(errors, io)}\n`);
    return err(
      'The policy has errors, see above. Mend them, or move the documents out of the folder, and start again.',
    );
  }
  const names = built.gateways.map((gateway) => gateway.name).join(', ');
  const wanted = options.gateway ?? (built.gateways.length === 1 ? built.gateways[0]?.name : undefined);
  const gateway = built.gateways.find((each) => each.name === wanted);
  if (wanted === undefined) return err(`The folder has several Gateways (${names}). Say which one: --gateway NAME.`);
  if (gateway === undefined) return err(`There is no Gateway "${wanted}" in the folder; there is ${names}.`);
  const envoy = await findEnvoy(io.env, () => io.err('Fetching Envoy, about 37 MB, once …\n'));
  if (!envoy.ok) return envoy;
  const wantsPractice = gateway.providers.some(
    ({ endpoint }) => endpoint.port === options.practicePort && /^(127\.0\.0\.1|localhost)$/.test(endpoint.host),
  );
  for (const { address, port } of gateway.listeners) {
    const obstacle = await obstacleAt(address, port);
    if (obstacle !== undefined) return err(listenerSentence[obstacle](address, port));
  }
  const own = [
    { port: options.adminPort, what: 'status', remedy: ', or choose another: --admin PORT' },
    ...(wantsPractice ? [{ port: options.practicePort, what: 'practice provider', remedy: '' }] : []),
  ];
  for (const { port, what, remedy } of own) {
    const obstacle = await obstacleAt('127.0.0.1', port);
    if (obstacle === 'in use') return err(`Port ${port} (${what}) is in use. Stop what listens there${remedy}.`);
    if (obstacle !== undefined) return err(`Port ${port} (${what}) is not for this user. Give it the right${remedy}.`);
  }
  return ok({ gateway, documents, envoyPath: envoy.value.path, wantsPractice });
}

const listenerSentence: Readonly<Record<Obstacle, (address: string, port: number) => string>> = {
  'in use': (_, port) => `Port ${port} is in use. Stop what listens there, or give the Gateway document another port.`,
  'not allowed': (_, port) =>
    `Port ${port} is for privileged users. Give the Gateway document a port from 1024 on, or this user the right.`,
  elsewhere: (address) =>
    `The address ${address} is none of this machine. Give the Gateway document another one, or none: it is then every address.`,
};

/** A second Ctrl-C ends the process, and what watches Envoy then ends it, too. */
async function drain(envoy: SupervisedEnvoy, limitMs: number, io: Io): Promise<void> {
  if (io.stop.aborted) io.err('\nDraining: requests that run may finish. Ctrl-C again ends them.\n');
  await envoy.stop(limitMs);
}

async function start(
  options: RunOptions,
  { gateway, documents, envoyPath, wantsPractice }: Checked,
  io: Io,
  cleanup: Cleanup,
): Promise<Result<string>> {
  const log = createLogger({ name: 'sluice' });
  const made = await makeSockets(options.processors);
  if (!made.ok) return made;
  const { paths: sockets, remove } = made.value;
  cleanup.push(remove);
  if (wantsPractice) {
    const practice = await startPractice({ port: options.practicePort });
    cleanup.push(() => practice.close());
  }
  const plane = await startControlPlane({
    version,
    source: folderSource({ folder: options.folder, env: io.env, extraDocuments: publicProviders(io.env) }),
    xds: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: options.adminPort },
    log: createLogger({ name: 'controller' }),
    acceptsEnvoy,
    translate: { systemCaFile: systemCaFile(io.env) },
  });
  cleanup.push(() => plane.close(1_000));
  const instance = randomBytes(4).toString('hex');
  for (const index of sockets.keys()) {
    const processor = startProcessor(
      { sockets, index, instance, gateway: gateway.name, xdsPort: plane.xdsPort },
      io,
      log,
    );
    cleanup.push(() => processor.stop(childGraceMs));
  }
  const envoy = await superviseEnvoy({
    binary: envoyPath,
    bootstrap: bootstrap({
      nodeId: `envoy-${instance}`,
      gateway: gateway.name,
      adminPort: 0,
      xds: { address: { host: '127.0.0.1', port: plane.xdsPort } },
      processors: sockets.map((path) => ({ path })),
    }),
    onAccessLog: (line) => io.out(`${line}\n`),
    onLog: (line) => log.debug({ line }, 'envoy'),
    onCrash: ({ reason, againInMs }) => log.error({ reason, againInMs }, 'Envoy ended and is started again'),
    onRestart: ({ adminPort }) => log.info({ adminPort }, 'Envoy runs again'),
  });
  if (!envoy.ok) return envoy;
  cleanup.push(() => drain(envoy.value, options.drainMs, io));
  if (!(await inForce(plane, options.processors, io.stop))) {
    return err('The gateway did not get ready in time. Run again with SLUICE_LOG_LEVEL=debug to see why.');
  }
  const inEffect = plane.gateways().find((each) => each.name === gateway.name) ?? gateway;
  const key = demoKey(options.folder, inEffect);
  return ok(
    banner(
      {
        version,
        gateway: inEffect,
        demoKey: key,
        adminUrl: `http://127.0.0.1:${plane.adminPort}`,
        envoyAdminPort: envoy.value.adminPort,
        practiceUrl: wantsPractice ? `http://localhost:${options.practicePort}` : undefined,
        tryIt: tryIt({
          gateway: inEffect,
          demoKey: key,
          certificateFile: (listener) => certificateFile(documents, inEffect, listener, io.cwd),
        }),
      },
      paintFor(io),
    ),
  );
}

interface ProcessorPlace {
  readonly sockets: readonly string[];
  readonly index: number;
  readonly instance: string;
  readonly gateway: string;
  readonly xdsPort: number;
}

function startProcessor({ sockets, index, instance, gateway, xdsPort }: ProcessorPlace, io: Io, log: Logger) {
  const peers = sockets.flatMap((path, other) => (other === index ? [] : ['--peer', `${other}=unix:${path}`]));
  return superviseChild({
    name: `processor-${index}`,
    command: process.execPath,
    args: [
      join(import.meta.dirname, '../../processor/main.ts'),
      ...['--listen', `unix:${sockets[index]}`, '--index', String(index), ...peers],
      ...['--xds', `127.0.0.1:${xdsPort}`, '--gateway', gateway, '--node-id', `processor-${instance}-${index}`],
      ...['--admin', '127.0.0.1:0'],
    ],
    // Its standard error is a pipe to us; who reads ours reads its lines as well.
    env: { ...io.env, SLUICE_LOG_FORMAT: logFormat(io.env) },
    onLine: (line) => io.err(`${line}\n`),
    onCrash: ({ code, signal, againInMs }) =>
      log.error({ index, code, signal, againInMs }, 'a processor ended and is started again'),
  });
}

/** Whether Envoy and the processors have everything, or the time is over, or nobody wants it any more. */
async function inForce(plane: ControlPlane, processors: number, stop: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + startLimitMs;
  while (Date.now() < deadline && !stop.aborted) {
    const { clients } = plane.status();
    const envoys = clients.filter((client) => client.kind === 'envoy' && hasAll(client, ['listener', 'route']));
    const ready = clients.filter(
      (client) => client.kind === 'processor' && hasAll(client, ['programSettings', 'programKey']),
    );
    if (envoys.length >= 1 && ready.length >= processors) return true;
    await sleep(20);
  }
  return false;
}

function hasAll(client: Status['clients'][number], types: readonly string[]): boolean {
  return types.every((wanted) => client.types.some(({ type, state }) => type === wanted && state === 'synced'));
}

function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
