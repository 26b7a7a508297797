import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ControlPlane, startControlPlane } from '../../src/controller/control-plane.ts';
import type { AskEndpoint } from '../../src/controller/credentials/endpoint.ts';
import { folderSource } from '../../src/controller/sources/files/open.ts';
import { bootstrap } from '../../src/envoy/bootstrap.ts';
import { systemCaFile } from '../../src/envoy/system-ca.ts';
import { createLogger } from '../../src/lib/log.ts';
import { type EnvoyProcess, startEnvoy } from './envoy-process.ts';
import { gatewayDocument } from './policy-documents.ts';
import { accepting, freePort } from './ports.ts';
import { type ProcessorProcess, startProcessor } from './processor-process.ts';
import { until } from './until.ts';

export { freePort } from './ports.ts';
export type { ProcessorProcess } from './processor-process.ts';

/** Texts by file name. */
export type PolicyFiles = Readonly<Record<string, string>>;

export interface GatewayOptions {
  /** A Gateway document with one plain listener on `port` is added unless the policy has one. */
  readonly policy: PolicyFiles | ((port: number) => PolicyFiles);
  readonly env?: Readonly<Record<string, string>>;
  /** Processor processes beside the Envoy. Default 1. */
  readonly processors?: number;
  readonly lingerMs?: number;
  readonly stepLimitMs?: number;
  /** How those who give out tokens are asked. */
  readonly askEndpoint?: AskEndpoint;
  readonly envoyArgs?: readonly string[];
  /** Starts Envoy and the processors first, so that they have to wait. Default: the control plane comes first. */
  readonly isControlPlaneLast?: boolean;
}

/** A complete gateway on this machine: control plane (in this process), processors and Envoy as processes. */
export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly plane: ControlPlane;
  readonly envoy: EnvoyProcess;
  readonly processors: readonly ProcessorProcess[];
  /** Writes a policy file, atomically as editors do, and waits until it is published. */
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Several changes at once, as `git pull` makes them; `undefined` removes. Does not wait. */
  save(files: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** What the control plane has logged. */
  log(): string;
  /** Stops the control plane and starts another one on the same port. */
  restartControlPlane(whileDown?: () => Promise<void>): Promise<void>;
  restartEnvoy(): Promise<void>;
  stop(): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<TestGateway> {
  const cleanups: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await start(options, (cleanup) => cleanups.push(cleanup), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Until Envoy finds so many processors healthy. */
export function healthyProcessors(envoy: EnvoyProcess, count: number): Promise<void> {
  const stat = 'cluster.sluice-processor.membership_healthy';
  return until(`${count} processors are healthy`, async () => (await envoy.stat(stat)) === count);
}

async function start(
  options: GatewayOptions,
  atEnd: (cleanup: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<TestGateway> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-gateway-'));
  atEnd(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'policy');
  await mkdir(folder);
  const port = await freePort();
  const files = typeof options.policy === 'function' ? options.policy(port) : options.policy;
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  if (!Object.values(files).some((text) => /^kind: Gateway$/m.test(text))) {
    await writeFile(join(folder, 'gateway.yaml'), gatewayDocument([{ name: 'http', port }]));
  }

  let controllerLog = '';
  const write = (line: string): void => {
    controllerLog += line;
  };
  const log = createLogger({ name: 'controller', level: 'debug', destination: { write } });
  const startPlane = (xdsPort: number): Promise<ControlPlane> =>
    startControlPlane({
      version: 'test',
      source: folderSource({ folder, env: { ...process.env, ...options.env } }),
      xds: { host: '127.0.0.1', port: xdsPort },
      admin: { host: '127.0.0.1', port: 0 },
      log,
      translate: { systemCaFile: systemCaFile(process.env) },
      ...(options.lingerMs !== undefined && { lingerMs: options.lingerMs }),
      ...(options.stepLimitMs !== undefined && { stepLimitMs: options.stepLimitMs }),
      ...(options.askEndpoint && { askEndpoint: options.askEndpoint }),
    });

  const xdsPort = await freePort();
  let plane: ControlPlane | undefined = options.isControlPlaneLast === true ? undefined : await startPlane(xdsPort);
  atEnd(() => plane?.close(100));

  const sockets = Array.from({ length: options.processors ?? 1 }, (_, index) => join(root, `p${index}.sock`));
  const processors = sockets.map((_, index) => startProcessor(sockets, index, xdsPort));
  for (const each of processors) atEnd(() => each.kill('SIGKILL'));

  const { admin: _admin, ...withoutAdmin } = bootstrap({
    nodeId: 'test-envoy',
    gateway: 'test',
    adminPort: 0,
    xds: { address: { host: '127.0.0.1', port: xdsPort } },
    processors: sockets.map((path) => ({ path })),
  });
  const launch = (): Promise<EnvoyProcess> =>
    startEnvoy(withoutAdmin, { waitFor: 'admin', ...(options.envoyArgs && { args: options.envoyArgs }) });
  let envoy = await launch();
  /** Before its first check a processor would be passed over while a sibling has passed one. */
  const allHealthy = (): Promise<void> => healthyProcessors(envoy, processors.length);
  atEnd(() => envoy.stop());

  plane ??= await startPlane(xdsPort);
  await Promise.all([...processors.map((each) => each.ready()), accepting(port)]);
  await allHealthy();

  const current = (): ControlPlane => {
    if (plane === undefined) throw new Error('the control plane is down');
    return plane;
  };
  const save: TestGateway['save'] = async (changes) => {
    for (const [name, text] of Object.entries(changes)) {
      if (text === undefined) {
        await rm(join(folder, name));
        continue;
      }
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(root, 'new'), text);
      await rename(join(root, 'new'), join(folder, name));
    }
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    get plane() {
      return current();
    },
    get envoy() {
      return envoy;
    },
    processors,
    save,
    async write(name, text) {
      await save({ [name]: text });
      await current().refresh();
    },
    async remove(name) {
      await save({ [name]: undefined });
      await current().refresh();
    },
    log: () => controllerLog,
    async restartControlPlane(whileDown) {
      await current().close(200);
      plane = undefined;
      await whileDown?.();
      plane = await startPlane(xdsPort);
    },
    async restartEnvoy() {
      await envoy.kill();
      envoy = await launch();
      await accepting(port);
      await allHealthy();
    },
    stop,
  };
}
