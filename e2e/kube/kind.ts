import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../src/version.ts';
import { runCommand } from '../support/kube-run.ts';
import { buildImages, imageName } from './cluster/images/product-images.ts';
import type { Cluster, Say } from './cluster.ts';

const root = join(import.meta.dirname, '../..');
const released = ['controller', 'processor', 'envoy', 'practice'] as const;

const needs: readonly { readonly name: string; readonly probe: readonly [string, ...string[]] }[] = [
  { name: 'a Docker engine that answers', probe: ['docker', 'info'] },
  // Docker's older builder cannot read `images/Dockerfile`.
  { name: 'buildx, the component of Docker that builds', probe: ['docker', 'buildx', 'version'] },
  { name: 'kind', probe: ['kind', 'version'] },
];

/** What this machine lacks for a cluster of kind. */
export function missingForKind(): readonly string[] {
  const succeeds = (program: string, ...args: readonly string[]): boolean =>
    spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
  return needs.filter(({ probe }) => !succeeds(...probe)).map(({ name }) => name);
}

/** kind in Docker, with the images that releases are: built from `images/Dockerfile`. */
export async function startKind(env: NodeJS.ProcessEnv, say: Say, interruption: AbortSignal): Promise<Cluster> {
  const missing = missingForKind();
  if (missing.length > 0) {
    throw new Error(`A cluster of kind needs ${missing.join(', and ')}. SLUICE_E2E_CLUSTER=local does without.`);
  }
  /** These take minutes, and say themselves how far they are. */
  const shown = (program: string, ...args: readonly string[]): Promise<void> => runShown(program, args, interruption);
  const name = `sluice-e2e-${process.pid}`;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-kind-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const stop = async (): Promise<void> => {
    await runCommand('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig], { limitMs: 120_000 });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const target of released) {
      say(`images: docker build ${target}`);
      // Newer engines attach a provenance by themselves, over which `kind load` may stumble (kubernetes-sigs/kind#3795).
      const options = ['--provenance=false', '--file', 'images/Dockerfile', '--target', target];
      await shown('docker', 'build', ...options, '--tag', imageName(target), '--build-arg', `VERSION=${version}`, '.');
    }
    const archives = await buildImages(env, join(folder, 'images'), say, ['e2e', 'redis']);
    say('cluster: kind create cluster');
    await shown('kind', 'create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', '180s');
    await shown('kind', 'load', 'docker-image', '--name', name, ...released.map(imageName));
    for (const archive of archives) await shown('kind', 'load', 'image-archive', '--name', name, archive);
  } catch (cause) {
    await stop().catch(() => undefined);
    throw cause;
  }
  return {
    env: { KUBECONFIG: kubeconfig, SLUICE_E2E_KIND: `${name}-control-plane` },
    stop,
    stopCommand: `kind delete cluster --name ${name} && rm -r ${folder}`,
  };
}

function runShown(program: string, args: readonly string[], interruption: AbortSignal): Promise<void> {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], signal: interruption });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${[program, ...args].join(' ')} ended with status ${status}`));
    });
  });
}
