import { enumeration } from '../schema/enumeration.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { text } from '../schema/text.ts';
import { annotations, labels } from './labels.ts';

const loadBalancerClass = text({
  pattern: '^[a-z0-9]([-a-z0-9./]*[a-z0-9])?$',
  complaint: 'is not a class of load balancers',
  remedy: 'write it as example.com/internal',
});

const addressRange = text({
  pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$',
  complaint: 'is not a range of addresses',
  remedy: 'write it as 10.0.0.0/8',
});

export const service = object({
  type: optional(enumeration(['ClusterIP', 'NodePort', 'LoadBalancer']), 'Type of the Service. Default: ClusterIP.'),
  labels: optional(labels, 'Labels of the Service.'),
  annotations: optional(
    annotations,
    'Annotations of the Service; load balancers are told by them what they are to be.',
  ),
  loadBalancerClass: optional(loadBalancerClass, 'Who provides the load balancer.'),
  loadBalancerSourceRanges: optional(list(addressRange, { most: 100 }), 'Addresses that may reach the load balancer.'),
  externalTrafficPolicy: optional(enumeration(['Cluster', 'Local']), 'Local keeps the addresses of callers.'),
  clusterIP: optional(
    text({ pattern: '^(None|[0-9a-fA-F:.]+)$', complaint: 'is not an IP address', remedy: 'write an address or None' }),
    'Address in the cluster; None: a headless Service.',
  ),
});
