import type { Status } from '../../../src/controller/status.ts';
import { type ClusterFlags, podsOfGateway } from '../control-plane/in-cluster.ts';
import { podTroubles } from '../control-plane/pod-trouble.ts';
import { missingClients } from './health.ts';

/** How a control plane stands, and what its cluster says of pods that it does not hear from. */
export interface ClusterStatus extends Status {
  /** By name of the gateway: why nobody of it is connected. Absent where nobody is missed. */
  readonly pods?: Readonly<Record<string, readonly string[]>>;
}

/** Pods that do not run cannot tell the control plane, which itself reads none. Who asks may see them. */
export async function withPods(status: Status, cluster: ClusterFlags): Promise<ClusterStatus> {
  const pods: Record<string, readonly string[]> = {};
  for (const gateway of status.gateways) {
    const [namespace, name] = gateway.name.split('/');
    const missing = missingClients(status, gateway);
    if (namespace === undefined || name === undefined || missing.length === 0) continue;
    const list = await podsOfGateway(cluster, { namespace, name });
    pods[gateway.name] = list.ok
      ? explanation(list.value, `-n ${namespace} describe gateway ${name}`, missing)
      : [`Why, its pods would say, which cannot be seen: ${list.error}.`];
  }
  return Object.keys(pods).length === 0 ? status : { ...status, pods };
}

function explanation(list: unknown, describe: string, missing: readonly string[]): readonly string[] {
  const { items = [] } = list as { readonly items?: readonly unknown[] };
  if (items.length === 0) return [`It has no pods: kubectl ${describe} says why.`];
  const troubles = podTroubles(list);
  if (troubles.length > 0) return troubles;
  const pods = items.length === 1 ? 'a pod' : `${items.length} pods`;
  return [`It has ${pods}; the log of its container ${missing.join(', or of its ')} says why.`];
}
