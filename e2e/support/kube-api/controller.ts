import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../ports.ts';

const main = fileURLToPath(new URL('../../../cmd/controller/main.ts', import.meta.url));

/** The controller as a process of its own, as it runs in a cluster. */
export interface ControllerProcess {
  readonly pid: number;
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly xdsPort: number;
  readonly adminPort: number;
  log(): string;
  /** Text of a page of its admin port; nothing while it does not answer. */
  page(path: string): Promise<string | undefined>;
  /** Ends it in an orderly way, and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ControllerProcessOptions {
  readonly kubeconfig: string;
  readonly identity?: string;
  /** Of Node itself. */
  readonly nodeArguments?: readonly string[];
  readonly flags?: readonly string[];
  /** Where pods look for it, also after it was started anew. Default: a free port. */
  readonly xdsPort?: number;
  /** Where other replicas look for it. Default: a free port. */
  readonly adminPort?: number;
}

/** xDS without TLS, on loopback. Whoever starts it stops it. */
export function startControllerProcess(options: ControllerProcessOptions): Promise<ControllerProcess> {
  const { kubeconfig, identity = 'one', nodeArguments = [], flags = [] } = options;
  return runController(
    [
      ...['--kubernetes', '--kubeconfig', kubeconfig, '--identity', identity, '--xds-tls', 'off'],
      ...['--envoy-image', 'envoy:test', '--processor-image', 'processor:test'],
      ...flags,
    ],
    nodeArguments,
    options,
  );
}

/** With these flags, and ports of loopback. Whoever starts it stops it. */
export async function runController(
  flags: readonly string[],
  nodeArguments: readonly string[] = [],
  given: Pick<ControllerProcessOptions, 'xdsPort' | 'adminPort'> = {},
): Promise<ControllerProcess> {
  const { xdsPort = await freePort(), adminPort = await freePort() } = given;
  const ports = ['--xds', `127.0.0.1:${xdsPort}`, '--admin', `127.0.0.1:${adminPort}`];
  const args = [...nodeArguments, main, ...flags, ...ports];
  const startedAt = performance.now();
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const gone = once(child, 'close').then(() => process.off('exit', killWithUs));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    startedAt,
    xdsPort,
    adminPort,
    log: () => log,
    async page(path) {
      if (hasEnded()) throw new Error(`the controller has ended:\n${log}`);
      const response = await fetch(`http://127.0.0.1:${adminPort}${path}`).catch(() => undefined);
      return response?.status === 200 ? response.text() : undefined;
    },
    async stop() {
      if (!hasEnded()) child.kill('SIGTERM');
      const timer = setTimeout(killWithUs, 20_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
