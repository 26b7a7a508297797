import type { KubeCluster } from './cluster.ts';
import { outside } from './stage.ts';

export interface BurstPlan {
  /** Default: egress. */
  readonly gateway?: string;
  readonly count: number;
  /** So many at a time. */
  readonly clients: number;
  readonly secret: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface BurstResult {
  /** How often each was answered; the text of an error in its place where there was no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** `x-sluice-limit-mode`, where an answer had it: the shared store was away. */
  readonly modes: Readonly<Record<string, number>>;
  /** Of all answers with 200, as they say it. */
  readonly tokens: number;
}

/** From the pod of the practice provider: it stays, and a burst there costs no start of a pod. */
export async function burst(cluster: KubeCluster, { secret, body, ...plan }: BurstPlan): Promise<BurstResult> {
  const { gateway = 'egress.sluice-dataplane:10080' } = plan;
  const program = JSON.stringify({
    url: `http://${gateway}/v1/chat/completions`,
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], ...body }),
    ...plan,
  });
  const line = ['exec', 'deployment/provider', '--', '/usr/local/bin/node', '/opt/sluice/e2e/kube/pods/burst.ts'];
  const output = await cluster.kubectl(['--namespace', outside, ...line, program], { limitMs: 120_000 });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as BurstResult;
}
