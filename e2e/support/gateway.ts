import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../src/controller/control-plane.ts';
import { bootstrap } from '../../src/envoy/bootstrap.ts';
import { systemCaFile } from '../../src/envoy/system-ca.ts';
import { createLogger, type Logger } from '../../src/lib/log.ts';
import { type EnvoyProcess, startEnvoy } from './envoy-process.ts';

export interface GatewayOptions {
  /** Policy files by name. A Gateway document on a free loopback port is added unless there is one. */
  readonly policy: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Processor processes beside the Envoy. Default 1. */
  readonly processors?: number;
  readonly lingerMs?: number;
  readonly stepLimitMs?: number;
  readonly envoyArgs?: readonly string[];
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
  /** What the control plane has logged. */
  log(): string;
  /** Stops the control plane and starts another one on the same port. */
  restartControlPlane(whileDown?: () => Promise<void>): Promise<void>;
  restartEnvoy(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProcessorProcess {
  readonly socket: string;
  readonly adminPort: number;
  readonly pid: number;
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<TestGateway> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-gateway-'));
  const folder = join(root, 'policy');
  await mkdir(folder);
  const port = await freePort();
  const files = { ...options.policy };
  if (!Object.values(files).some((text) => /^kind: Gateway$/m.test(text))) files['gateway.yaml'] = gatewayOn(port);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);

  let controllerLog = '';
  const log = createLogger({
    name: 'controller',
    level: 'debug',
    destination: {
      write(line) {
        controllerLog += line;
      },
    },
  });
  const env = { ...process.env, ...options.env };
  let plane = await startPlane(folder, env, log, 0, options);
  const { xdsPort } = plane;

  const count = options.processors ?? 1;
  const sockets = Array.from({ length: count }, (_, index) => join(root, `p${index}.sock`));
  const processors = await Promise.all(sockets.map((_, index) => startProcessor(sockets, index, xdsPort)));
  const { admin: _admin, ...rest } = bootstrap({
    nodeId: 'test-envoy',
    gateway: 'test',
    adminPort: 0,
    xds: { address: { host: '127.0.0.1', port: xdsPort } },
    processors: sockets.map((path) => ({ path })),
  });
  const start = async (): Promise<EnvoyProcess> => {
    const started = await startEnvoy(rest, { ...(options.envoyArgs && { args: options.envoyArgs }) });
    await accepting(port);
    return started;
  };
  let envoy = await start();

  const stopAll = async (): Promise<void> => {
    await envoy.stop();
    await Promise.all(processors.map((each) => each.kill('SIGKILL')));
    await plane.close(100);
    await rm(root, { recursive: true, force: true });
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    folder,
    get plane() {
      return plane;
    },
    get envoy() {
      return envoy;
    },
    processors,
    async write(name, text) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(root, 'new'), text);
      await rename(join(root, 'new'), join(folder, name));
      await plane.refresh();
    },
    async remove(name) {
      await rm(join(folder, name));
      await plane.refresh();
    },
    log: () => controllerLog,
    async restartControlPlane(whileDown) {
      await plane.close(200);
      await whileDown?.();
      plane = await startPlane(folder, env, log, xdsPort, options);
    },
    async restartEnvoy() {
      await envoy.kill();
      envoy = await start();
    },
    stop: stopAll,
  };
}

function gatewayOn(port: number): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test}
spec:
  addresses: [{value: 127.0.0.1}]
  listeners: [{name: http, port: ${port}, protocol: HTTP}]
`;
}

function startPlane(
  folder: string,
  env: NodeJS.ProcessEnv,
  log: Logger,
  port: number,
  options: GatewayOptions,
): Promise<ControlPlane> {
  return startControlPlane({
    version: 'test',
    folder,
    env,
    xds: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: 0 },
    log,
    translate: { systemCaFile: systemCaFile(process.env) },
    ...(options.lingerMs !== undefined && { lingerMs: options.lingerMs }),
    ...(options.stepLimitMs !== undefined && { stepLimitMs: options.stepLimitMs }),
  });
}

async function startProcessor(sockets: readonly string[], index: number, xdsPort: number): Promise<ProcessorProcess> {
  const socket = sockets[index] ?? '';
  const adminPort = await freePort();
  let log = '';
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const peers = sockets.flatMap((path, other) => (other === index ? [] : ['--peer', `${other}=unix:${path}`]));
    const started = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../cmd/processor/main.ts'),
        ...['--listen', `unix:${socket}`, '--index', String(index), '--gateway', 'test', ...peers],
        ...[
          '--xds',
          `127.0.0.1:${xdsPort}`,
          '--admin',
          `127.0.0.1:${adminPort}`,
          '--node-id',
          `test-processor-${index}`,
        ],
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    child = started;
    started.stdin.on('error', () => undefined);
    for (const output of [started.stdout, started.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    }
    for (let tries = 0; !(await isReady(adminPort)); tries++) {
      if (tries > 300 || started.exitCode !== null) throw new Error(`the processor does not get ready:\n${log}`);
      await sleep(30);
    }
  };
  await start();
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill(signal);
    await gone;
  };
  return {
    socket,
    adminPort,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => log,
    kill,
    async restart() {
      await kill('SIGKILL');
      await start();
    },
  };
}

async function isReady(adminPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** The port of the listener opens when Envoy has its configuration. */
async function accepting(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/healthz`);
      return;
    } catch {
      await sleep(30);
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
