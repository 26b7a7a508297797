import { globSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../../../src/envoy/binary.ts';
import { version } from '../../../../src/version.ts';
import {
  entrypointOf,
  type ImageContents,
  imageContents,
  imageUser,
  productFolder,
  programFolder,
} from '../../../../tools/images/contents.ts';
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
      const { layers, entrypoint, command } = await contents(env, work, name);
      const archive = join(output, `${name}.tar`);
      await writeImage(archive, imageName(name), [base, ...layers], { entrypoint, command, user: imageUser });
      archives.push(archive);
    }
    return archives;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const imageNames = [...(Object.keys(imageContents) as (keyof typeof imageContents)[]), 'e2e', 'redis'] as const;
type ImageName = (typeof imageNames)[number];

interface Contents {
  readonly layers: readonly Layer[];
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
}

async function contents(env: NodeJS.ProcessEnv, work: string, name: ImageName): Promise<Contents> {
  if (name === 'redis') return program(work, 'redis-server', await redisPath(env));
  if (name === 'envoy') return program(work, 'envoy', await envoyPath(env));
  // The practice provider, with what tests run in pods beside it.
  if (name === 'e2e') return product(work, name, imageContents.practice, globSync('e2e/kube/pods/*.ts', { cwd: root }));
  return product(work, name, imageContents[name]);
}

/** The host of the name is one that no engine ever asks. */
export function imageName(name: string): string {
  return `localhost/sluice/${name}:${version}`;
}

async function product(
  work: string,
  name: string,
  image: ImageContents & { readonly main: string },
  others: readonly string[] = [],
): Promise<Contents> {
  const node = await program(work, 'node', process.execPath);
  const folder = join(work, name);
  await layOut(root, join(folder, productFolder), [image.main, ...others].sort());
  const layer = await packLayer(folder, join(work, `${name}.tar`));
  return { ...image, layers: [...node.layers, layer], entrypoint: entrypointOf(image) };
}

async function program(work: string, name: string, path: string): Promise<Contents> {
  const folder = join(work, name);
  const file = join(work, `${name}.tar`);
  await mkdir(join(folder, programFolder), { recursive: true });
  await copyFile(path, join(folder, programFolder, name));
  const layer = await packLayer(folder, file);
  return { layers: [layer], entrypoint: [`${programFolder}/${name}`] };
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
