import type { GatewayAddress, ProvisionedGateway as Outcome } from '../conditions/outcome.ts';
import { objectName, type ProvisionedGateway } from './gateway.ts';
import type { LiveObjects } from './live-objects.ts';
import { podTrouble } from './pod-trouble.ts';
import type { WantedObject } from './render/render.ts';

/** Why what belongs to a Gateway is not as it is wanted. */
export interface Failure {
  readonly error: string;
  /** What is to blame for it, where that is known. */
  readonly cause?: Pick<Outcome, 'faulty' | 'unusableAddress'>;
  /** What the API server read and did not take. */
  readonly refused?: WantedObject;
}

/** What a Gateway's status says of what was made for it. */
export function provisionedState(
  gateway: ProvisionedGateway,
  live: LiveObjects,
  failure: Failure | undefined,
): Outcome {
  const name = objectName(gateway);
  const deployment = live.get('Deployment', gateway.namespace, name);
  const status = deployment?.status as { readonly readyReplicas?: number } | undefined;
  const trouble = deployment && podTrouble(deployment);
  const { error, cause } = failure ?? {};
  return {
    ...(live.hasSynced() && { addresses: addressesOf(gateway, live) }),
    readyPods: status?.readyReplicas ?? 0,
    ...(trouble !== undefined && { podTrouble: trouble }),
    ...(error !== undefined && { error }),
    ...cause,
  };
}

interface BalancerStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
}

/**
 * Those of the load balancer where one is asked for, else the one in the cluster. None until the load balancer has one:
 * what stands here is published, in DNS for instance.
 */
function addressesOf(gateway: ProvisionedGateway, live: LiveObjects): readonly GatewayAddress[] {
  const name = objectName(gateway);
  const service = live.get('Service', gateway.namespace, name);
  if (service === undefined) return [];
  const ingress = (service.status as BalancerStatus | undefined)?.loadBalancer?.ingress ?? [];
  const balanced = ingress.flatMap(({ ip, hostname }): GatewayAddress[] => {
    if (ip !== undefined) return [{ type: 'IPAddress', value: ip }];
    return hostname === undefined ? [] : [{ type: 'Hostname', value: hostname }];
  });
  if (balanced.length > 0 || service.isBalanced) return balanced;
  if (service.clusterIPs.includes('None')) return [{ type: 'Hostname', value: `${name}.${gateway.namespace}.svc` }];
  return service.clusterIPs.map((value) => ({ type: 'IPAddress', value }));
}
