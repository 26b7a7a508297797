import { type ChildProcess, spawn } from 'node:child_process';
import { endWithUs } from '../../../src/envoy/process-watch.ts';
import { readLines } from '../../../src/lib/lines.ts';
import { createRestartPause } from '../../../src/lib/restart-pause.ts';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** A line that the child wrote on standard output or error. */
  readonly onLine: (line: string) => void;
  /** The child ended without being asked to. It is started again, later and later. */
  readonly onCrash: (event: {
    readonly code: number | null;
    readonly signal: string | null;
    readonly againInMs: number;
  }) => void;
}

export interface SupervisedChild {
  /** Of the process that runs now, if one does. */
  readonly pid: number | undefined;
  /** Asks it to end, and kills it after the grace. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Keeps a child process running, and never leaves it behind. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const pauseAfter = createRestartPause();
  let isStopping = false;
  let onGone: (() => void) | undefined;

  function start(): void {
    const startedAt = Date.now();
    // Its own process group: Ctrl-C in a terminal goes to us, and we stop it when its turn has come.
    const started = spawn(options.command, options.args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child = started;
    const watch = started.pid === undefined ? undefined : endWithUs(started.pid);
    for (const output of [started.stdout, started.stderr]) readLines(output, options.onLine);
    const gone = (code: number | null, signal: string | null): void => {
      if (child !== started) return;
      child = undefined;
      watch?.end();
      if (isStopping) {
        onGone?.();
        return;
      }
      const againInMs = pauseAfter(Date.now() - startedAt);
      options.onCrash({ code, signal, againInMs });
      timer = setTimeout(start, againInMs);
    };
    started.on('error', () => gone(null, null));
    started.on('exit', gone);
  }

  start();
  return {
    get pid() {
      return child?.pid;
    },
    stop(graceMs) {
      isStopping = true;
      clearTimeout(timer);
      const running = child;
      if (running === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        const kill = setTimeout(() => running.kill('SIGKILL'), graceMs);
        onGone = () => {
          clearTimeout(kill);
          resolve();
        };
        running.kill('SIGTERM');
      });
    },
  };
}
