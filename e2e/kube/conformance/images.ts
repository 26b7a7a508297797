import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Layer, packLayer, writeImage } from '../cluster/images/oci-archive.ts';

/** What the manifests of the suite start, under the names by which they ask for it. */
export async function suiteImages(folder: string, pause: string, output: string): Promise<readonly string[]> {
  const manifests = await readFile(join(folder, 'manifests.yaml'), 'utf8');
  const names = new Set([...manifests.matchAll(/^\s+image: (\S+)$/gm)].map(([, name = '']) => name));
  const work = await mkdtemp(join(tmpdir(), 'sluice-suite-layers-'));
  try {
    const echo = await oneFile(work, join(folder, 'echo-basic'), 'echo-basic');
    // The tests of UDP have a name server, and wait for its pod whether UDP is tested or not.
    const standIn = await oneFile(work, pause, 'pause');
    const archives: string[] = [];
    for (const name of names) {
      const archive = join(output, `suite-${archives.length}.tar`);
      const [layer, program] = /\becho-basic\b/.test(name) ? [echo, 'echo-basic'] : [standIn, 'pause'];
      await writeImage(archive, name, [layer], { entrypoint: [`/${program}`], user: '65532:65532' });
      archives.push(archive);
    }
    return archives;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Programs of Go without C need nothing beside them. */
async function oneFile(work: string, path: string, name: string): Promise<Layer> {
  const root = join(work, name);
  await mkdir(root);
  await copyFile(path, join(root, name));
  return packLayer(root, join(work, `${name}.tar`));
}
