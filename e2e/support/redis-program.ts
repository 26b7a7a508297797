import { type ChildProcess, spawn } from 'node:child_process';
import { err, ok, type Result } from '../../src/lib/result.ts';

/** A Redis that accepts connections, wherever it runs. */
export interface RedisProgram {
  /** `STOP` leaves its connections open and answers nothing until `CONT`. Settles when it has arrived. */
  signal(name: 'STOP' | 'CONT'): Promise<void>;
  /** Ends it at once, as a crash would, and waits until its port is free. */
  kill(): Promise<void>;
}

/** What a Redis prints once it accepts connections. */
export const readyLine = /Ready to accept connections|Sentinel ID is/;

/** Starts the program and waits until it accepts connections. The error is what it said instead. */
export async function startRedisProgram(
  path: string,
  args: readonly string[],
  folder: string,
): Promise<Result<RedisProgram>> {
  const child = spawn(path, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const started = await whenReady(child);
  if (!started.ok) return started;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return ok({
    signal: async (name) => void child.kill(`SIG${name}`),
    async kill() {
      process.removeListener('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
    },
  });
}

function whenReady(child: ChildProcess): Promise<Result<void>> {
  return new Promise((resolve) => {
    let output = '';
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      if (readyLine.test(output)) resolve(ok(undefined));
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('error', (cause) => resolve(err(cause.message)));
    child.on('exit', () => resolve(err(output)));
  });
}
