import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesBinaries } from './binaries.ts';
import { packLayer, writeImage } from './images/oci-archive.ts';

/** The image of every pod's first container, which containerd needs before it starts any other. */
export async function pauseImage(
  binaries: KubernetesBinaries,
  folder: string,
): Promise<{ readonly name: string; readonly archive: string }> {
  const root = join(folder, 'pause');
  await mkdir(root, { recursive: true });
  await copyFile(binaries.path('pause'), join(root, 'pause'));
  const layer = await packLayer(root, join(folder, 'pause-layer.tar'));
  const archive = join(folder, 'pause.tar');
  const name = 'localhost/sluice/pause:1';
  await writeImage(archive, name, [layer], { entrypoint: ['/pause'], user: '65535:65535' });
  return { name, archive };
}
