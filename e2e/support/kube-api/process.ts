import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** One component of Kubernetes as a child process that writes to a log file and never outlives the test process. */
export interface KubeProcess {
  hasEnded(): boolean;
  /** The last lines that it wrote, for the text of a failure. */
  lastWords(): Promise<string>;
  /** Ends it at once, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
}

export function startKubeProcess(program: string, args: readonly string[], logFile: string): KubeProcess {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let isGone = false;
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      isGone = true;
      process.removeListener('exit', killWithUs);
      log.end(() => resolve());
    };
    child.once('close', end);
    child.once('error', (cause) => {
      log.write(`${cause.message}\n`);
      if (child.pid === undefined) end();
    });
  });
  return {
    hasEnded: () => isGone,
    async lastWords() {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      return text.trimEnd().split('\n').slice(-15).join('\n');
    },
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
  };
}
