import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { go, goEnvironment } from '../cluster/build.ts';

/** Not among those of the cluster: whoever changes this one need not build Kubernetes again. */
const goModule = join(import.meta.dirname, 'go');
const suite = 'sigs.k8s.io/gateway-api/conformance';

/**
 * The suite as a program, what its pods run, its manifests, and the definitions that it asks for. The folder appears by one
 * rename when all is in it.
 */
export async function buildSuite(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> {
  const cache = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'sluice');
  const target = join(cache, `conformance-${contentHash()}`);
  if (existsSync(target)) return target;
  const work = join(cache, `.conformance-build-${process.pid}`);
  const output = join(work, 'complete');
  try {
    await mkdir(output, { recursive: true });
    const options = { cwd: goModule, env: goEnvironment(env, work) };
    const run = (...args: readonly string[]) => go({ say }, 'conformance', args, options);
    say('conformance: compiling the suite, once; about three minutes on two cores');
    await run('test', '-c', '-o', join(output, 'conformance.test'), '.');
    await run('build', '-ldflags', '-s -w', '-o', join(output, 'echo-basic'), `${suite}/echo-basic`);
    const folderOf = async (module: string): Promise<string> =>
      (await run('list', '-m', '-f', '{{.Dir}}', module)).stdout.trim();
    await copyFile(join(await folderOf(suite), 'base/manifests.yaml'), join(output, 'manifests.yaml'));
    const definitions = join(await folderOf('sigs.k8s.io/gateway-api'), 'config/crd/experimental');
    const files = globSync('*.yaml', { cwd: definitions }).filter((name) => name !== 'kustomization.yaml');
    const texts = files.sort().map((name) => readFileSync(join(definitions, name), 'utf8'));
    await writeFile(join(output, 'definitions.yaml'), texts.join('\n---\n'));
    await rename(output, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}

function contentHash(): string {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum', 'conformance_test.go']) hash.update(readFileSync(join(goModule, name)));
  hash.update(readFileSync(import.meta.filename));
  return hash.digest('hex').slice(0, 8);
}
