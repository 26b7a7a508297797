import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/kube-run.ts';
import { buildImages } from './cluster/images/product-images.ts';
import { kubeconfigOf, startCluster, stopCluster } from './cluster/local-cluster.ts';
import { installPackages } from './cluster/packages.ts';
import type { Cluster, Provider, Say } from './cluster.ts';
import { missingForKind, startKind } from './kind.ts';

export async function chooseProvider(env: NodeJS.ProcessEnv): Promise<Provider> {
  const wish = env.SLUICE_E2E_CLUSTER || (missingForKind().length === 0 ? 'kind' : 'local');
  if (wish === 'kind') return startKind;
  if (wish === 'local') return startLocal;
  if (wish === 'given') return takeGiven;
  throw new Error(`SLUICE_E2E_CLUSTER is ${wish}; it takes kind, local or given.`);
}

async function startLocal(env: NodeJS.ProcessEnv, say: Say): Promise<Cluster> {
  await installPackages(say);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cluster-'));
  const images = await mkdtemp(join(tmpdir(), 'sluice-images-'));
  const stop = (): Promise<void> => stopCluster(folder);
  try {
    const lifetime = env.SLUICE_E2E_KEEP ? 'until-stopped' : 'ours';
    await startCluster(env, folder, await buildImages(env, images, say), lifetime, say);
  } catch (cause) {
    await stop().catch(() => undefined);
    throw cause;
  } finally {
    await rm(images, { recursive: true, force: true });
  }
  return {
    env: { KUBECONFIG: kubeconfigOf(folder), SLUICE_E2E_LOCAL: folder },
    stop,
    stopCommand: `node e2e/kube/cluster/main.ts down ${folder}`,
  };
}

/** Images have to be where its nodes fetch them: `SLUICE_E2E_REGISTRY` says where. */
async function takeGiven(env: NodeJS.ProcessEnv, say: Say): Promise<Cluster> {
  if (!env.KUBECONFIG) throw new Error('SLUICE_E2E_CLUSTER=given needs KUBECONFIG.');
  const context = await runCommand('kubectl', ['config', 'current-context'], { env });
  say(`cluster: ${context.trim()}, as given`);
  return { env: { KUBECONFIG: env.KUBECONFIG }, stop: () => Promise.resolve() };
}
