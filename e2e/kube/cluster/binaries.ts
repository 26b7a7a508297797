import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { buildName } from './versions.ts';

/** All names under which the programs are found. Those of Kubernetes and etcd are one file with many names. */
export const programs = {
  kubernetes: [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-proxy',
    'kubelet',
    'kubectl',
  ],
  others: ['helm', 'coredns', 'pause'],
} as const;

export type Program = (typeof programs)['kubernetes' | 'others'][number];

/** A folder that is known to hold what was asked for. */
export interface KubernetesBinaries {
  readonly folder: string;
  path(program: Program): string;
}

/** Named by what goes into the build, so that another checkout never takes the wrong programs. */
export function binariesCache(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(cache, 'sluice', buildName());
}

/** The folder that `SLUICE_KUBE_BIN` names, else the cache. Tests without it fail with the sentence; none is skipped. */
export function findBinaries(env: NodeJS.ProcessEnv, wanted: readonly Program[]): Result<KubernetesBinaries> {
  const folder = env.SLUICE_KUBE_BIN || binariesCache(env);
  const missing = wanted.filter((program) => !isExecutable(join(folder, program)));
  if (missing.length > 0) {
    const origin = env.SLUICE_KUBE_BIN ? ' (SLUICE_KUBE_BIN)' : '';
    const advice = 'Build them with `node e2e/kube/cluster/main.ts build`, about 10 minutes, once.';
    return err(`No ${missing.join(', ')} of Kubernetes in ${folder}${origin}. ${advice}`);
  }
  return ok({ folder, path: (program) => join(folder, program) });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
