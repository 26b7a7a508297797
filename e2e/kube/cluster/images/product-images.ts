import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../../../src/envoy/binary.ts';
import { version } from '../../../../src/version.ts';
import { layOut } from '../../../../tools/images/lay-out.ts';
import { findRedisServer } from '../../../../tools/setup/redis-server.ts';
import { baseLayer } from './base-layer.ts';
import { type ImageConfig, type Layer, packLayer, writeImage } from './oci-archive.ts';

const root = join(import.meta.dirname, '../../../..');
const node = '/usr/local/bin/node';
const nonRoot = { user: '65532:65532' } as const;

/**
 * The images of `images/Dockerfile` in the same shape (same paths, entry points and user) and two for tests only, made
 * without an engine and without a registry. `e2e` holds the programs that tests run in pods; `redis` is a Redis.
 */
export async function buildImages(
  env: NodeJS.ProcessEnv,
  output: string,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const work = await mkdtemp(join(tmpdir(), 'sluice-images-'));
  try {
    const base = await baseLayer(env, say);
    const nodeLayer = await programLayer(work, 'node', process.execPath);
    const write = async (name: string, layers: readonly Layer[], image: ImageConfig): Promise<string> => {
      say(`images: ${name}`);
      const file = join(output, `${name}.tar`);
      await writeImage(file, imageName(name), [base, ...layers], image);
      return file;
    };
    const product = async (name: string, programs: readonly string[]): Promise<string> => {
      const layer = await productLayer(work, name, programs);
      const entrypoint = [node, ...programs.slice(0, 1).map((program) => `/opt/sluice/${program}`)];
      return write(name, [nodeLayer, layer], { entrypoint, ...nonRoot });
    };
    return [
      await product('controller', ['cmd/controller/main.ts']),
      await product('processor', ['cmd/processor/main.ts']),
      await product('e2e', ['cmd/practice/main.ts', 'e2e/kube/pods/load.ts']),
      await write('envoy', [await programLayer(work, 'envoy', await envoyPath(env))], {
        entrypoint: ['/usr/local/bin/envoy'],
        ...nonRoot,
      }),
      await write('redis', [await programLayer(work, 'redis-server', await redisPath(env))], {
        entrypoint: ['/usr/local/bin/redis-server'],
        ...nonRoot,
      }),
    ];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The host of the name is one that no engine ever asks. */
export function imageName(name: string): string {
  return `localhost/sluice/${name}:${version}`;
}

async function productLayer(work: string, name: string, programs: readonly string[]): Promise<Layer> {
  const folder = join(work, name);
  await layOut(root, join(folder, 'opt/sluice'), programs);
  return packLayer(folder, join(work, `${name}.tar`));
}

async function programLayer(work: string, name: string, program: string): Promise<Layer> {
  const folder = join(work, name);
  await mkdir(join(folder, 'usr/local/bin'), { recursive: true });
  await copyFile(program, join(folder, 'usr/local/bin', name));
  return packLayer(folder, join(work, `${name}.tar`));
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
