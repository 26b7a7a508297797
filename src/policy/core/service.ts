import { sectionName } from '../gateway-api/name.ts';
import { portNumber } from '../gateway-api/parent-reference.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { forOthers } from '../schema/verdict.ts';

const byKubernetes = forOthers('Kubernetes');

const targetPort: Schema<number | string> = {
  json: { oneOf: [{ type: 'integer' }, { type: 'string' }] },
  parse: (value, place) =>
    typeof value === 'number' || typeof value === 'string'
      ? value
      : reject(place, 'is neither a number nor a name', 'write a port of the pods, or what they call it'),
};

const port = object({
  name: optional(sectionName, 'Name of the port.'),
  port: required(portNumber, 'Port.'),
  protocol: defaulted(
    enumeration(['TCP', 'UDP', 'SCTP']),
    'TCP',
    'Protocol; ports of others than TCP are none of a backend.',
  ),
  appProtocol: optional(
    text({ longest: 253, complaint: 'is not a protocol', remedy: 'write one such as kubernetes.io/h2c' }),
    'What is spoken there; kubernetes.io/h2c: plain HTTP/2; https and the like: TLS, which needs a BackendTLSPolicy.',
  ),
  targetPort: optional(targetPort, 'Port of the pods, which callers of a headless Service need; a number.'),
  nodePort: byKubernetes,
});

/** Kubernetes' Service, as far as routes ask: its ports. It is reached by its name. */
export const serviceSpec = object({
  ports: defaulted(list(port), [], 'Ports.'),
  type: optional(
    enumeration(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']),
    'How it is reached; one of type ExternalName is no backend.',
  ),
  clusterIP: optional(
    text({ longest: 64, complaint: 'is not an address', remedy: 'write one, or None' }),
    'None: a headless Service, whose name leads to its pods.',
  ),
  ...Object.fromEntries(
    [
      ...['externalName', 'selector', 'clusterIPs', 'externalIPs', 'sessionAffinity', 'sessionAffinityConfig'],
      ...['loadBalancerIP', 'loadBalancerSourceRanges', 'loadBalancerClass', 'allocateLoadBalancerNodePorts'],
      ...['externalTrafficPolicy', 'internalTrafficPolicy', 'healthCheckNodePort', 'publishNotReadyAddresses'],
      ...['ipFamilies', 'ipFamilyPolicy', 'trafficDistribution'],
    ].map((name) => [name, byKubernetes] as const),
  ),
});
