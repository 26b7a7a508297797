import { globSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../../../src/envoy/binary.ts';
import { version } from '../../../../src/version.ts';
import { layOut } from '../../../../tools/images/lay-out.ts';
import { findRedisServer } from '../../../../tools/setup/redis-server.ts';
import { baseLayer } from './base-layer.ts';
import { type Layer, packLayer, writeImage } from './oci-archive.ts';

const root = join(import.meta.dirname, '../../../..');

/**
 * The images of `images/Dockerfile` in the same shape (same paths, entry points and user) and two for tests only, made
 * without an engine and without a registry. `e2e` holds the programs that tests run in pods; `redis` is a Redis.
 */
export async function buildImages(
  env: NodeJS.ProcessEnv,
  output: string,
  say: (line: string) => void,
  names: readonly ImageName[] = imageNames,
): Promise<readonly string[]> {
  const work = await mkdtemp(join(tmpdir(), 'sluice-layers-'));
  try {
    const base = await baseLayer(env, say);
    const archives: string[] = [];
    for (const name of names) {
      say(`images: ${name}`);
      const { layers, ...starts } = await contents(env, work, name);
      const archive = join(output, `${name}.tar`);
      await writeImage(archive, imageName(name), [base, ...layers], { ...starts, user: '65532:65532' });
      archives.push(archive);
    }
    return archives;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const imageNames = ['controller', 'processor', 'envoy', 'practice', 'e2e', 'redis'] as const;
type ImageName = (typeof imageNames)[number];

interface Contents {
  readonly layers: readonly Layer[];
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
}

async function contents(env: NodeJS.ProcessEnv, work: string, name: ImageName): Promise<Contents> {
  switch (name) {
    case 'controller':
      return product(work, name, 'cmd/controller/main.ts');
    case 'processor':
      return product(work, name, 'cmd/processor/main.ts');
    case 'practice':
      return { ...(await product(work, name, 'cmd/practice/main.ts')), command: ['--host', '::'] };
    case 'e2e':
      return product(work, name, 'cmd/practice/main.ts', ...globSync('e2e/kube/pods/*.ts', { cwd: root }).sort());
    case 'envoy':
      return program(work, 'envoy', await envoyPath(env));
    case 'redis':
      return program(work, 'redis-server', await redisPath(env));
  }
}

/** The host of the name is one that no engine ever asks. */
export function imageName(name: string): string {
  return `localhost/sluice/${name}:${version}`;
}

/** The first of the programs is the one that the image starts. */
async function product(work: string, name: string, first: string, ...others: readonly string[]): Promise<Contents> {
  const node = await program(work, 'node', process.execPath);
  const folder = join(work, name);
  await layOut(root, join(folder, 'opt/sluice'), [first, ...others]);
  const layer = await packLayer(folder, join(work, `${name}.tar`));
  return { layers: [...node.layers, layer], entrypoint: [...node.entrypoint, `/opt/sluice/${first}`] };
}

async function program(work: string, name: string, path: string): Promise<Contents> {
  const folder = join(work, name);
  const file = join(work, `${name}.tar`);
  await mkdir(join(folder, 'usr/local/bin'), { recursive: true });
  await copyFile(path, join(folder, 'usr/local/bin', name));
  const layer = await packLayer(folder, file);
  return { layers: [layer], entrypoint: [`/usr/local/bin/${name}`] };
}

async function envoyPath(env: NodeJS.ProcessEnv): Promise<string> {
  const found = await findEnvoy(env, () => undefined);
  if (!found.ok) throw new Error(found.error);
  return found.value.path;
}

async function redisPath(env: NodeJS.ProcessEnv): Promise<string> {
  const found = await findRedisServer(env);
  if (!found.ok) throw new Error(found.error);
  return found.value;
}
