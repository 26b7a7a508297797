import { sectionName } from '../gateway-api/name.ts';
import { portNumber } from '../gateway-api/parent-reference.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { text } from '../schema/text.ts';
import { forOthers } from '../schema/verdict.ts';

const byKubernetes = forOthers('Kubernetes');

const port = object({
  name: optional(sectionName, 'Name of the port.'),
  port: required(portNumber, 'Port.'),
  protocol: defaulted(enumeration(['TCP', 'UDP', 'SCTP']), 'TCP', 'Protocol.'),
  appProtocol: optional(
    text({ longest: 253, complaint: 'is not a protocol', remedy: 'write one such as kubernetes.io/h2c' }),
    'What is spoken there; kubernetes.io/h2c: plain HTTP/2.',
  ),
  targetPort: byKubernetes,
  nodePort: byKubernetes,
});

/** Kubernetes' Service, as far as routes ask: its ports. It is reached by its name. */
export const serviceSpec = object({
  ports: defaulted(list(port), [], 'Ports.'),
  ...Object.fromEntries(
    [
      ...[
        'type',
        'externalName',
        'selector',
        'clusterIP',
        'clusterIPs',
        'externalIPs',
        'sessionAffinity',
        'sessionAffinityConfig',
      ],
      ...['loadBalancerIP', 'loadBalancerSourceRanges', 'loadBalancerClass', 'allocateLoadBalancerNodePorts'],
      ...['externalTrafficPolicy', 'internalTrafficPolicy', 'healthCheckNodePort', 'publishNotReadyAddresses'],
      ...['ipFamilies', 'ipFamilyPolicy', 'trafficDistribution'],
    ].map((name) => [name, byKubernetes] as const),
  ),
});
