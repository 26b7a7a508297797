import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until.ts';

/** A processor as a process of its own, as it runs beside an Envoy. */
export interface ProcessorProcess {
  readonly socket: string;
  readonly pid: number;
  log(): string;
  /** What it shows to Prometheus. */
  metrics(): Promise<string>;
  /** Resolves when it has its first complete program. */
  ready(): Promise<void>;
  /** Sends the signal and waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, ending it before if it still runs, and waits until it is ready. */
  restart(): Promise<void>;
}

/** `sockets` are those of all processors beside the Envoy, by index. */
export function startProcessor(sockets: readonly string[], index: number, xdsPort: number): ProcessorProcess {
  const socket = sockets[index] ?? '';
  const peers = sockets.flatMap((path, other) => (other === index ? [] : ['--peer', `${other}=unix:${path}`]));
  const args = [
    join(import.meta.dirname, '../../cmd/processor/main.ts'),
    ...['--listen', `unix:${socket}`, '--index', String(index), '--gateway', 'test', ...peers],
    ...['--xds', `127.0.0.1:${xdsPort}`, '--admin', '127.0.0.1:0', '--node-id', `test-processor-${index}`],
  ];
  let log = '';
  let startedAt = 0;
  const launch = (): ChildProcess => {
    startedAt = log.length;
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    }
    return child;
  };
  let child = launch();
  // A test process that dies must not leave a processor behind.
  const killOnExit = (): void => void child.kill('SIGKILL');
  process.on('exit', killOnExit);

  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const adminPort = (): number => Number(/"adminPort":(\d+)/.exec(log.slice(startedAt))?.[1] ?? 0);
  const page = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${adminPort()}${path}`);
  const isReady = async (): Promise<boolean> => {
    if (hasEnded()) throw new Error(`the processor has ended:\n${log}`);
    return adminPort() !== 0 && (await page('/readyz').catch(() => undefined))?.ok === true;
  };
  const ready = (): Promise<void> =>
    until(`processor ${index} is ready`, isReady, { limitMs: 45_000, seen: () => log });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (hasEnded()) return;
    const gone = once(child, 'close');
    child.kill(signal);
    await gone;
  };
  return {
    socket,
    get pid() {
      return child.pid ?? 0;
    },
    log: () => log,
    metrics: async () => (await page('/metrics')).text(),
    ready,
    async kill(signal) {
      await kill(signal);
      process.off('exit', killOnExit);
    },
    async restart() {
      await kill('SIGKILL');
      child = launch();
      process.on('exit', killOnExit);
      await ready();
    },
  };
}
