import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLines } from '../lib/lines.ts';
import { createRestartPause } from '../lib/restart-pause.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { temporaryFolder } from '../lib/temporary-folder.ts';
import { createAdminClient } from './admin.ts';
import type { Bootstrap } from './bootstrap.ts';
import { explainExit } from './process-explain.ts';
import { endWithUs } from './process-watch.ts';

export interface SuperviseOptions {
  readonly binary: string;
  readonly bootstrap: Bootstrap;
  /** Worker threads. Default: what Envoy chooses, one per core. */
  readonly concurrency?: number;
  /** A line of the access log. */
  readonly onAccessLog: (line: string) => void;
  /** A line of Envoy's own log. */
  readonly onLog: (line: string) => void;
  /** Envoy ended without being asked to. It is started again, later and later. */
  readonly onCrash: (event: { readonly reason: string; readonly againInMs: number }) => void;
  /** It runs again after that. */
  readonly onRestart: (event: { readonly adminPort: number }) => void;
}

export interface SupervisedEnvoy {
  /** Of the process that runs now, if one does. */
  readonly pid: number | undefined;
  /** Port of the admin page on loopback. After a crash it is the same, unless somebody else has taken it. */
  readonly adminPort: number;
  /**
   * Tells load balancers to go elsewhere, closes idle connections, waits for the requests that run, at most so long, and
   * ends Envoy. Resolves when the process is gone. Called again, it does not wait any longer.
   */
  stop(graceMs: number): Promise<void>;
}

const startLimitMs = 20_000;
const killAfterMs = 2_000;
const keptLogBytes = 16 * 1024;

/**
 * Runs Envoy as a child. Answers when its admin page is open, or with one sentence when the first start fails: then
 * nothing is running and nothing is retried, since the bootstrap would be refused again.
 */
export async function superviseEnvoy(options: SuperviseOptions): Promise<Result<SupervisedEnvoy>> {
  // Private to this user: the bootstrap names paths, and the admin address is a way to stop Envoy.
  const made = await temporaryFolder('sluice-envoy-');
  if (!made.ok) return made;
  const folder = made.value;
  const configPath = join(folder.path, 'bootstrap.json');
  await writeFile(configPath, JSON.stringify(options.bootstrap), { mode: 0o600 });

  let running: RunningEnvoy | undefined;
  let restart: NodeJS.Timeout | undefined;
  const pauseAfter = createRestartPause();
  let isStopping = false;
  let stopping: Promise<void> | undefined;
  /** People have been told of it. 0: as the bootstrap says. */
  let adminPort = 0;
  let starts = 0;

  const start = (): RunningEnvoy => {
    const startedAt = performance.now();
    const started = runEnvoy(options, { configPath, addressPath: join(folder.path, `admin-${starts++}`), adminPort });
    running = started;
    void started.ended.then((reason) => {
      if (running === started) running = undefined;
      if (isStopping || !started.hasStarted) return;
      again(reason, performance.now() - startedAt);
    });
    return started;
  };
  const again = (reason: string, ranMs: number): void => {
    const againInMs = pauseAfter(ranMs);
    options.onCrash({ reason, againInMs });
    restart = setTimeout(() => {
      const restarted = start();
      void restarted.started().then((failure) => {
        if (failure === undefined) {
          adminPort = restarted.adminPort;
          options.onRestart({ adminPort });
        } else if (!isStopping) {
          // The port may be what is in the way.
          adminPort = 0;
          again(failure, 0);
        }
      });
    }, againInMs);
  };

  const first = start();
  const failure = await first.started();
  if (failure !== undefined) {
    await folder.remove();
    return err(failure);
  }
  adminPort = first.adminPort;
  const stop = async (graceMs: number): Promise<void> => {
    isStopping = true;
    clearTimeout(restart);
    await running?.stop(graceMs);
    await folder.remove();
  };
  return ok({
    get pid() {
      return running?.pid;
    },
    get adminPort() {
      return running?.adminPort ?? 0;
    },
    stop(graceMs) {
      if (stopping !== undefined) running?.hurry();
      stopping ??= stop(graceMs);
      return stopping;
    },
  });
}

interface RunningEnvoy {
  readonly pid: number | undefined;
  readonly adminPort: number;
  readonly hasStarted: boolean;
  /** Resolves with the reason. */
  readonly ended: Promise<string>;
  /** Resolves when the admin page is open; with the reason if it never is. */
  started(): Promise<string | undefined>;
  stop(graceMs: number): Promise<void>;
  hurry(): void;
}

interface Launch {
  readonly configPath: string;
  /** Where Envoy writes down the address of its admin page. */
  readonly addressPath: string;
  /** In place of that of the bootstrap; 0: none. */
  readonly adminPort: number;
}

function runEnvoy(options: SuperviseOptions, launch: Launch): RunningEnvoy {
  const { configPath, addressPath } = launch;
  const child = spawn(
    options.binary,
    [
      ...['-c', configPath, '--admin-address-path', addressPath],
      ...(launch.adminPort === 0 ? [] : ['--config-yaml', adminAt(launch.adminPort)]),
      // One Envoy never hands over to another here: new listeners come over xDS.
      '--disable-hot-restart',
      // Streams that run while a listener changes may go on for so long.
      ...['--drain-time-s', '600', '--drain-strategy', 'immediate'],
      ...['--file-flush-interval-msec', '1000'],
      ...(options.concurrency === undefined ? [] : ['--concurrency', String(options.concurrency)]),
    ],
    // Its own process group: Ctrl-C in a terminal goes to us, and we drain it. By itself it would end at once.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const watch = child.pid === undefined ? undefined : endWithUs(child.pid);
  let adminPort = 0;
  let isGone = false;
  let hurry: () => void = () => undefined;
  let log = '';
  readLines(child.stdout, options.onAccessLog);
  readLines(child.stderr, (line) => {
    log = `${log}${line}\n`.slice(-keptLogBytes);
    options.onLog(line);
  });
  const ended = new Promise<string>((resolve) => {
    const finish = (reason: string): void => {
      isGone = true;
      watch?.end();
      resolve(reason);
    };
    child.on('error', (error) => finish(`Envoy cannot be run: ${error.message}.`));
    child.on('close', (code, signal) => finish(explainExit(log, code, signal)));
  });

  return {
    pid: child.pid,
    get adminPort() {
      return adminPort;
    },
    get hasStarted() {
      return adminPort !== 0;
    },
    ended,
    async started() {
      const deadline = performance.now() + startLimitMs;
      while (!isGone && performance.now() < deadline) {
        adminPort = await readPort(addressPath);
        if (adminPort !== 0) return undefined;
        await sleep(20);
      }
      if (isGone) return ended;
      await kill(child, ended);
      return `Envoy did not open its admin page within ${startLimitMs / 1000} s.`;
    },
    async stop(graceMs) {
      if (!isGone && adminPort !== 0) {
        const hurried = new Promise<void>((resolve) => {
          hurry = resolve;
        });
        await Promise.race([drain(adminPort, graceMs), ended, hurried]);
      }
      if (!isGone) await kill(child, ended);
    },
    hurry: () => hurry(),
  };
}

/** Laid over the bootstrap by Envoy. */
function adminAt(port: number): string {
  return JSON.stringify({ admin: { address: { socket_address: { port_value: port } } } });
}

/** Waits until no request runs any more, or the time is over. */
async function drain(adminPort: number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  const admin = createAdminClient(adminPort);
  await admin.failHealthChecks();
  await admin.drainListeners();
  while (performance.now() < deadline) {
    const active = await admin.activeRequests();
    if (!active.ok || active.value === 0) return;
    await sleep(50);
  }
}

async function kill(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(timer);
}

async function readPort(addressPath: string): Promise<number> {
  const text = await readFile(addressPath, 'utf8').catch(() => '');
  return Number(/:(\d+)\s*$/.exec(text)?.[1] ?? 0);
}
