import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedisServer } from '../../tools/setup/redis-server.ts';
import { freePort } from './ports.ts';

export interface RedisOptions {
  /** More command line arguments: `['--cluster-enabled', 'yes']`. */
  readonly args?: readonly string[];
  /** Rules of ACL users, as in `ACL SETUSER`: `['limits on >secret ~* +@all']`. */
  readonly acl?: readonly string[];
  /** To start again where one was stopped. Default: a free one. */
  readonly port?: number;
  /** Runs as a Sentinel with this configuration text. */
  readonly sentinel?: string;
}

/** A real Redis of its own: no persistence, a temporary folder, loopback only. */
export interface RunningRedis {
  readonly port: number;
  readonly url: string;
  /** Ends it at once, as a crash would. */
  stop(): Promise<void>;
  /** Stops it from answering while its connections stay open. */
  pause(): void;
  resume(): void;
}

/** Starts a Redis and waits until it accepts connections. Throws one clear sentence where no Redis can be found. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const found = await findRedisServer(process.env);
  if (!found.ok) throw new Error(found.error);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await lowPort());
    const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
    const child = spawn(found.value, await argumentsFor(options, port, folder), {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = await whenReady(child);
    if (started.isReady) return running(child, port, folder);
    await rm(folder, { recursive: true, force: true });
    // Another process may have taken the port between the look and the start.
    if (attempt === 3) throw new Error(`Redis did not start: ${started.output.slice(-400)}`);
  }
}

async function argumentsFor(options: RedisOptions, port: number, folder: string): Promise<readonly string[]> {
  const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  if (options.sentinel !== undefined) {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, options.sentinel);
    return [file, '--sentinel', ...common];
  }
  const acl = (options.acl ?? []).flatMap((rule) => ['--user', ...rule.split(' ')]);
  return [...common, '--save', '', '--appendonly', 'no', '--loglevel', 'notice', ...acl, ...(options.args ?? [])];
}

function whenReady(child: ChildProcess): Promise<{ readonly isReady: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve({ isReady: true, output });
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('error', (cause) => resolve({ isReady: false, output: cause.message }));
    child.on('exit', () => resolve({ isReady: false, output }));
  });
}

function running(child: ChildProcess, port: number, folder: string): RunningRedis {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async stop() {
      process.removeListener('exit', killWithUs);
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A cluster node also listens on its port + 10000. */
async function lowPort(): Promise<number> {
  const port = await freePort();
  return port > 55_000 ? lowPort() : port;
}
