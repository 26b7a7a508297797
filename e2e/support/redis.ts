import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/lib/result.ts';
import { findRedis, type RedisSource } from '../../tools/setup/redis-server.ts';
import type { Certificate } from './certificates.ts';
import { freePort } from './ports.ts';
import { type RedisProgram, startRedisProgram } from './redis-program.ts';

export interface RedisOptions {
  /** More command line arguments: `['--cluster-enabled', 'yes']`. */
  readonly args?: readonly string[];
  /** Rules of ACL users, as in `ACL SETUSER`: `['limits on >secret ~* +@all']`. */
  readonly acl?: readonly string[];
  /** To start again where one was stopped. Default: a free one. */
  readonly port?: number;
  /** Runs as a Sentinel with this configuration text. */
  readonly sentinel?: string;
  /** Speaks TLS and nothing else. Not every build of Redis can. */
  readonly tls?: ServerTls;
}

export interface ServerTls extends Certificate {
  /** PEM: who signs the certificates that clients have to show. Default: they show none. */
  readonly clientAuthority?: string;
}

/** A real Redis of its own: no persistence, a temporary folder, loopback only. */
export interface RunningRedis {
  readonly port: number;
  readonly url: string;
  /** Ends it at once, as a crash would. */
  stop(): Promise<void>;
  /** Stops it from answering while its connections stay open. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Starts a Redis and waits until it accepts connections. Throws one clear sentence where no Redis can be found. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  source ??= findRedis(process.env);
  const found = await source;
  if (!found.ok) throw new Error(found.error);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const folder = await mkdtemp(join(tmpdir(), 'sluice-redis-'));
    const started = await start(found.value, await argumentsFor(options, port, folder), folder);
    if (started.ok) return running(started.value, port, folder);
    await rm(folder, { recursive: true, force: true });
    // Another process may have taken the port between the look and the start.
    if (attempt === 3) throw new Error(`Redis did not start: ${started.error.slice(-400)}`);
  }
}

/** Looked for once in each file of tests. */
let source: ReturnType<typeof findRedis> | undefined;

async function start(from: RedisSource, args: readonly string[], folder: string): Promise<Result<RedisProgram>> {
  if (from.kind === 'program') return startRedisProgram(from.path, args, folder);
  // Takes a second to load, which only those wait for who need it.
  const { startRedisContainer } = await import('./redis-container.ts');
  return startRedisContainer(from.image, args, folder);
}

async function argumentsFor(options: RedisOptions, port: number, folder: string): Promise<readonly string[]> {
  const ports = options.tls === undefined ? ['--port', String(port)] : await tlsArguments(options.tls, port, folder);
  const common = [...ports, '--bind', '127.0.0.1', '--dir', folder];
  if (options.sentinel !== undefined) {
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, options.sentinel);
    return [file, '--sentinel', ...common];
  }
  const acl = (options.acl ?? []).flatMap((rule) => ['--user', ...rule.split(' ')]);
  return [...common, '--save', '', '--appendonly', 'no', '--loglevel', 'notice', ...acl, ...(options.args ?? [])];
}

async function tlsArguments(
  { certificate, privateKey, clientAuthority }: ServerTls,
  port: number,
  folder: string,
): Promise<readonly string[]> {
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  return [
    ...['--port', '0', '--tls-port', String(port)],
    ...['--tls-cert-file', await file('server.crt', certificate)],
    ...['--tls-key-file', await file('server.key', privateKey)],
    ...(clientAuthority === undefined
      ? ['--tls-auth-clients', 'no']
      : ['--tls-ca-cert-file', await file('clients.crt', clientAuthority)]),
  ];
}

function running(program: RedisProgram, port: number, folder: string): RunningRedis {
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pause: () => program.signal('STOP'),
    resume: () => program.signal('CONT'),
    async stop() {
      await program.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
