import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../support/kube-run.ts';

/** One layer: a tar archive, and what it is the same of. */
export interface Layer {
  readonly file: string;
  readonly digest: string;
}

export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[] | undefined;
  readonly user: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingFolder?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Writes an image as an archive that every container engine imports (OCI image layout 1.1, layers uncompressed, since
 * they go no further than this machine). Written here because the format is small, and an engine to do it needs
 * privileges, storage and a set-up that differ from machine to machine.
 */
export async function writeImage(
  file: string,
  name: string,
  layers: readonly Layer[],
  image: ImageConfig,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const work = await mkdtemp(`${file}.`);
  try {
    const blobs = join(work, 'blobs/sha256');
    await mkdir(blobs, { recursive: true });
    const putJson = async (mediaType: string, value: unknown): Promise<Descriptor> => {
      const text = JSON.stringify(value);
      const digest = createHash('sha256').update(text).digest('hex');
      await writeFile(join(blobs, digest), text);
      return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
    };
    const layerDescriptors: Descriptor[] = [];
    for (const layer of layers) {
      const blob = join(blobs, layer.digest);
      await link(layer.file, blob).catch(() => copyFile(layer.file, blob));
      const { size } = await stat(blob);
      layerDescriptors.push({ mediaType: `${mediaTypes}.layer.v1.tar`, digest: `sha256:${layer.digest}`, size });
    }
    const config = await putJson(`${mediaTypes}.config.v1+json`, configOf(layers, image));
    const manifestType = `${mediaTypes}.manifest.v1+json`;
    const manifest = await putJson(manifestType, {
      schemaVersion: 2,
      mediaType: manifestType,
      config,
      layers: layerDescriptors,
    });
    const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
    const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
    await writeFile(join(work, 'index.json'), JSON.stringify(index));
    await writeFile(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const parts = ['oci-layout', 'index.json', 'blobs'];
    await runCommand('tar', ['-C', work, ...sameAlways, '-cf', `${work}.tar`, ...parts], { limitMs: 300_000 });
    await rename(`${work}.tar`, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const mediaTypes = 'application/vnd.oci.image';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function configOf(layers: readonly Layer[], image: ImageConfig): unknown {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    // The same content is the same image, whenever it was made.
    created: '1970-01-01T00:00:00Z',
    config: {
      User: image.user,
      Entrypoint: image.entrypoint,
      ...(image.command === undefined ? {} : { Cmd: image.command }),
      Env: Object.entries({
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...image.environment,
      }).map(([variable, value]) => `${variable}=${value}`),
      WorkingDir: image.workingFolder ?? '/',
      Labels: image.labels ?? {},
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
  };
}

const sameAlways = [
  ...['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'],
  // Who made the files may have kept them to himself.
  '--mode=a+rX',
];

/** Packs a folder so that the same files give the same bytes: in order, owned by root, for all to read, without times. */
export async function packLayer(folder: string, file: string): Promise<Layer> {
  await mkdir(dirname(file), { recursive: true });
  await runCommand('tar', ['-C', folder, ...sameAlways, '-cf', file, '.'], { limitMs: 300_000 });
  return { file, digest: await digestOf(file) };
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
