import { until } from '../until.ts';
import type { KubeCluster } from './cluster.ts';
import { dataplane } from './sluice.ts';

const ofEgress = 'gateway.networking.k8s.io/gateway-name=egress';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Names of the pods of the Gateway `egress` once there are so many, all ready and none on its way out. */
export async function egressPods(cluster: KubeCluster, count: number): Promise<readonly string[]> {
  let pods: readonly Pod[] = [];
  const look = async (): Promise<boolean> => {
    const list = await cluster.kubectl(['--namespace', dataplane, 'get', 'pods', '--selector', ofEgress, '-o', 'json']);
    pods = (JSON.parse(list) as { readonly items: readonly Pod[] }).items;
    return pods.length === count && pods.every(isServing);
  };
  // Longer than pods may take to end.
  await until(`egress has ${count} pods`, look, {
    limitMs: 150_000,
    seen: () => pods.map(({ metadata }) => metadata.name),
  });
  return pods.map(({ metadata }) => metadata.name);
}

function isServing({ metadata, status }: Pod): boolean {
  const isReady = status.conditions?.some(({ type, status: said }) => type === 'Ready' && said === 'True') === true;
  return isReady && metadata.deletionTimestamp === undefined;
}

/** One figure of Envoy, as Prometheus would read it of that pod; 0 where it is not there. */
export async function envoyFigure(cluster: KubeCluster, pod: string, figure: string): Promise<number> {
  const page = `/api/v1/namespaces/${dataplane}/pods/http:${pod}:18003/proxy/stats/prometheus`;
  const text = await cluster.kubectl(['get', '--raw', page]);
  const line = text.split('\n').find((each) => each.startsWith(`${figure} `) || each.startsWith(`${figure}{`));
  return Number(line?.split(' ').at(-1) ?? 0);
}
