import { selectorLabels } from '../gateway.ts';
import type { Json } from './json.ts';
import type { PodParts } from './pod-template.ts';

export function service({ gateway, parameters, ports }: PodParts): Json {
  const given = parameters.service ?? {};
  const type = given.type ?? 'ClusterIP';
  const address = gateway.spec.addresses[0]?.value;
  const isBalanced = type === 'LoadBalancer';
  const clusterIP = given.clusterIP ?? (type === 'ClusterIP' ? address : undefined);
  return {
    ...((given.labels || given.annotations) && {
      metadata: {
        ...(given.labels && { labels: given.labels }),
        ...(given.annotations && { annotations: given.annotations }),
      },
    }),
    spec: {
      type,
      // Where the cluster has both families, callers may come by both; elsewhere it is the one that there is.
      ipFamilyPolicy: 'PreferDualStack',
      selector: selectorLabels(gateway),
      ports: ports.map(({ port, bound }) => ({ name: `port-${port}`, port, targetPort: bound, protocol: 'TCP' })),
      ...(clusterIP !== undefined && { clusterIP }),
      ...(isBalanced && address !== undefined && { loadBalancerIP: address }),
      ...(isBalanced && given.loadBalancerClass !== undefined && { loadBalancerClass: given.loadBalancerClass }),
      ...(isBalanced && given.loadBalancerSourceRanges && { loadBalancerSourceRanges: given.loadBalancerSourceRanges }),
      ...(type !== 'ClusterIP' &&
        given.externalTrafficPolicy && { externalTrafficPolicy: given.externalTrafficPolicy }),
    },
  };
}
