import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../kube-run.ts';

/** Takes the API server away from everybody, pods included, and gives it back. */
export interface ApiServerSwitch {
  off(): Promise<void>;
  on(): Promise<void>;
}

/** `make e2e` says in the environment which kind of cluster it has made. Any other's API server is left alone. */
export function apiServerSwitch(env: NodeJS.ProcessEnv): ApiServerSwitch {
  if (env.SLUICE_E2E_LOCAL) return localSwitch(env.SLUICE_E2E_LOCAL);
  if (env.SLUICE_E2E_KIND) return kindSwitch(env.SLUICE_E2E_KIND);
  throw new Error('Only the API server of a cluster that `make e2e` has started can be switched off.');
}

/** The cluster's supervisor keeps away what a `hold-` file names. */
function localSwitch(folder: string): ApiServerSwitch {
  const file = join(folder, 'hold-kube-apiserver');
  return { off: () => writeFile(file, ''), on: () => rm(file, { force: true }) };
}

/** kubelet ends a static pod whose manifest is gone. */
function kindSwitch(node: string): ApiServerSwitch {
  const [there, away] = ['/etc/kubernetes/manifests/kube-apiserver.yaml', '/etc/kubernetes/kube-apiserver.yaml'];
  const move = async (from: string, to: string): Promise<void> => {
    await runCommand('docker', ['exec', node, 'mv', from, to]);
  };
  return { off: () => move(there, away), on: () => move(away, there) };
}
