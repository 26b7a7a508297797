import { kubernetesObject, namedKubernetesObject } from './kubernetes-object.ts';
import { annotationValue, labelName, labelValue } from './label.ts';
import { dottedName } from './name.ts';
import { boolean } from './schema/boolean.ts';
import { duration } from './schema/duration.ts';
import { enumeration } from './schema/enumeration.ts';
import { optional } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under } from './schema/place.ts';
import { type Infer, refine } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { size } from './schema/size.ts';
import { text } from './schema/text.ts';
import { store } from './store.ts';

/*
 * No field has a default here: what a class leaves open a gateway may say, and what both leave open is the business of
 * src/controller/provision/defaults.ts. The descriptions name the defaults.
 */

const imagePart = text({
  pattern: '^[A-Za-z0-9]([A-Za-z0-9._:/@-]*[A-Za-z0-9])?$',
  complaint: 'is not part of the name of an image',
  remedy: 'write it as in registry.example.com/team/image',
});

const image = object({
  registry: optional(imagePart, 'Host of the registry, with a path if it has one. Default: that of the controller.'),
  repository: optional(imagePart, 'Name of the image in the registry.'),
  tag: optional(imagePart, 'Tag. Default: that of this version.'),
  digest: optional(
    text({ pattern: '^sha256:[0-9a-f]{64}$', complaint: 'is not a digest', remedy: 'write sha256: and 64 hex digits' }),
    'Digest; wins over the tag.',
  ),
  pullPolicy: optional(
    enumeration(['Always', 'IfNotPresent', 'Never']),
    'When the image is pulled. Default: IfNotPresent.',
  ),
});

const logLevel = enumeration(['trace', 'debug', 'info', 'warn', 'error']);
const labels = map(labelName, labelValue);
const annotations = map(labelName, annotationValue);
const variables = list(namedKubernetesObject, { most: 100 });
const objects = list(kubernetesObject, { most: 100 });

const container = {
  env: optional(variables, 'Environment variables: {name, value} or {name, valueFrom}.'),
  resources: optional(kubernetesObject, 'Requests and limits of the container.'),
  securityContext: optional(kubernetesObject, 'Fields of the container’s security context, over the strict default.'),
  logLevel: optional(logLevel, 'How much this container logs. Default: log.level.'),
};

const overlay = object({
  metadata: optional(
    object({
      labels: optional(map(labelName, labelValue), 'Labels to add.'),
      annotations: optional(annotations, 'Annotations to add.'),
    }),
    'Labels and annotations.',
  ),
  spec: optional(kubernetesObject, 'Strategic merge patch: lists with names merge by name, null removes a field.'),
});

const withBounds = refine(
  object({
    min: optional(integer({ from: 1, to: 1000 }), 'Fewest pods. Default: 2.'),
    max: optional(integer({ from: 1, to: 1000 }), 'Most pods. Default: 10.'),
    cpu: optional(integer({ from: 1, to: 1000 }), 'CPU to aim for, in percent of what is requested. Default: 70.'),
  }),
  (spec, place) => {
    if (spec.min === undefined || spec.max === undefined || spec.min <= spec.max) return spec;
    return reject(under(place, 'max'), `${spec.max} is less than min, which is ${spec.min}`, 'make it no less');
  },
);

const autoscaling = ruled(withBounds, {
  rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
  message: 'make max no less than min',
  fieldPath: '.max',
});

const disruption = refine(
  object({
    minAvailable: optional(integer({ from: 0, to: 1000 }), 'Pods that an eviction must leave. Default: 1.'),
    maxUnavailable: optional(integer({ from: 0, to: 1000 }), 'Pods that evictions may take at a time.'),
  }),
  (spec, place) =>
    spec.minAvailable === undefined || spec.maxUnavailable === undefined
      ? spec
      : reject(place, 'has both minAvailable and maxUnavailable', 'keep one of them'),
);

const podDisruptionBudget = ruled(disruption, {
  rule: '!(has(self.minAvailable) && has(self.maxUnavailable))',
  message: 'keep minAvailable or maxUnavailable, not both',
});

const shutdown = refine(
  object({
    min: optional(
      duration({ from: '0s', to: '10m' }),
      'A pod that ends goes on taking requests for so long, until everyone knows that it ends. Default: 10s.',
    ),
    max: optional(duration({ from: '1s', to: '1h' }), 'Requests and streams may take so long to end. Default: 300s.'),
  }),
  (spec, place) => {
    if (spec.min === undefined || spec.max === undefined || spec.min <= spec.max) return spec;
    return reject(under(place, 'max'), 'is shorter than min', 'make it no shorter');
  },
);

const service = object({
  type: optional(enumeration(['ClusterIP', 'NodePort', 'LoadBalancer']), 'Type of the Service. Default: ClusterIP.'),
  labels: optional(labels, 'Labels of the Service.'),
  annotations: optional(
    annotations,
    'Annotations of the Service; load balancers are told by them what they are to be.',
  ),
  loadBalancerClass: optional(dottedClass(), 'Who provides the load balancer.'),
  loadBalancerSourceRanges: optional(list(cidr(), { most: 100 }), 'Addresses that may reach the load balancer.'),
  externalTrafficPolicy: optional(enumeration(['Cluster', 'Local']), 'Local keeps the addresses of callers.'),
  clusterIP: optional(
    text({ pattern: '^(None|[0-9a-fA-F:.]+)$', complaint: 'is not an IP address', remedy: 'write an address or None' }),
    'Address in the cluster; None: a headless Service.',
  ),
});

const pod = object({
  labels: optional(labels, 'Labels of the pods.'),
  annotations: optional(annotations, 'Annotations of the pods.'),
  nodeSelector: optional(labels, 'Labels of nodes that pods may run on.'),
  tolerations: optional(objects, 'Taints of nodes that are no obstacle.'),
  affinity: optional(kubernetesObject, 'Replaces the default, by which pods prefer nodes without another of them.'),
  topologySpread: optional(objects, 'Replaces the default, by which pods spread over zones and nodes.'),
  securityContext: optional(kubernetesObject, 'Fields of the pods’ security context, over the strict default.'),
  priorityClassName: optional(dottedName, 'Priority class of the pods.'),
  runtimeClassName: optional(dottedName, 'Runtime class of the pods.'),
});

/** What is made for a Gateway in a cluster. Named by a GatewayClass, a Gateway, or both: then the Gateway wins, field by field. */
const fields = object({
  images: optional(
    object({
      envoy: optional(image, 'Of the container envoy.'),
      processor: optional(image, 'Of the container processor.'),
      pullSecrets: optional(list(dottedName, { most: 16 }), 'Secrets for the registry, in the Gateway’s namespace.'),
    }),
    'Images of the containers.',
  ),
  envoy: optional(
    object({
      ...container,
      concurrency: optional(
        integer({ from: 1, to: 256 }),
        'Worker threads. Default: the CPU limit, rounded up; 2 without.',
      ),
      maxConnections: optional(integer({ from: 1, to: 10_000_000 }), 'Connections of callers. Default: 20000.'),
      maxHeap: optional(
        size({ from: '64MiB', to: '1TiB' }),
        'Heap beyond which requests are refused. Default: four fifths of the memory limit; 2GiB without.',
      ),
    }),
    'The container envoy.',
  ),
  processor: optional(
    object({
      ...container,
      workers: optional(integer({ from: 1, to: 16 }), 'Processor containers beside each Envoy. Default: 1.'),
    }),
    'The containers processor, processor-1 and so on.',
  ),
  log: optional(
    object({
      level: optional(logLevel, 'How much is logged. Default: info.'),
      format: optional(enumeration(['json', 'text']), 'Form of the lines. Default: json.'),
    }),
    'Logs of all containers.',
  ),
  replicas: optional(
    integer({ from: 0, to: 1000 }),
    'Number of pods, in place of autoscaling. Default: autoscaling from 2 on.',
  ),
  autoscaling: optional(autoscaling, 'Number of pods by their CPU use. {}: with its defaults.'),
  podDisruptionBudget: optional(podDisruptionBudget, 'What evictions of pods must leave.'),
  shutdown: optional(shutdown, 'How pods end.'),
  service: optional(service, 'The Service in front of the pods.'),
  serviceAccount: optional(
    object({
      name: optional(dottedName, 'An existing ServiceAccount to use; none is made then.'),
      annotations: optional(annotations, 'Annotations of the one that is made, for cloud identities.'),
      mountToken: optional(boolean, 'Whether pods get its token; nothing of ours needs it. Default: false.'),
    }),
    'Who the pods are to the API server.',
  ),
  pod: optional(pod, 'Where and how pods run.'),
  networkPolicy: optional(
    object({ enabled: optional(boolean, 'Default: false.') }),
    'A NetworkPolicy that lets callers reach the ports of listeners, and nobody anything else but probes and metrics.',
  ),
  store: optional(
    store,
    'Where Limits and Budgets count, for every Gateway that has these parameters. It is taken as a whole; a GatewayPolicy with a store wins.',
  ),
  overlays: optional(
    object({
      deployment: optional(overlay, 'Over the Deployment.'),
      service: optional(overlay, 'Over the Service.'),
      serviceAccount: optional(overlay, 'Over the ServiceAccount.'),
      podDisruptionBudget: optional(overlay, 'Over the PodDisruptionBudget.'),
      horizontalPodAutoscaler: optional(overlay, 'Over the HorizontalPodAutoscaler.'),
    }),
    'Strategic merge patches over what is made, for what has no field here. Those of the class come first.',
  ),
});

const fixedOrScaled = refine(fields, (spec, place: Place): Parsed<Infer<typeof fields>> => {
  if (spec.replicas === undefined || spec.autoscaling === undefined) return spec;
  return reject(under(place, 'replicas'), 'is given together with autoscaling', 'keep one of them');
});

export const gatewayParametersSpec = ruled(fixedOrScaled, {
  rule: '!(has(self.replicas) && has(self.autoscaling))',
  message: 'keep replicas or autoscaling, not both',
});

export type GatewayParametersSpec = Infer<typeof gatewayParametersSpec>;

function dottedClass() {
  return text({
    pattern: '^[a-z0-9]([-a-z0-9./]*[a-z0-9])?$',
    complaint: 'is not a class of load balancers',
    remedy: 'write it as example.com/internal',
  });
}

function cidr() {
  return text({
    pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$',
    complaint: 'is not a range of addresses',
    remedy: 'write it as 10.0.0.0/8',
  });
}
