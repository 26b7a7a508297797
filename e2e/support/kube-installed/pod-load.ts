import type { KubeCluster } from './cluster.ts';
import { type PodProgram, startPodProgram } from './pod-program.ts';

export type PodLoad = PodProgram<PodLoadResult>;

export interface PodLoadResult {
  readonly count: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Callers inside the cluster, where Services balance them as they do real ones. */
export function startPodLoad(
  cluster: KubeCluster,
  program: 'load' | 'streams',
  plan: Readonly<Record<string, unknown>>,
  name: string = program,
): Promise<PodLoad> {
  return startPodProgram(cluster, program, plan, name);
}
