import { container, logLevel } from './gateway-parameters/container.ts';
import { image } from './gateway-parameters/image.ts';
import { annotations } from './gateway-parameters/labels.ts';
import { overlay } from './gateway-parameters/overlay.ts';
import { pod } from './gateway-parameters/pod.ts';
import { autoscaling, podDisruptionBudget } from './gateway-parameters/scaling.ts';
import { service } from './gateway-parameters/service.ts';
import { shutdown } from './gateway-parameters/shutdown.ts';
import { dottedName } from './name.ts';
import { boolean } from './schema/boolean.ts';
import { enumeration } from './schema/enumeration.ts';
import { optional } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under } from './schema/place.ts';
import { type Infer, refine } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { size } from './schema/size.ts';
import { store } from './store.ts';

/*
 * No field has a default here, nor in gateway-parameters/: what a class leaves open a gateway may say, and what both
 * leave open is the business of src/controller/provision/render/. The descriptions name the defaults.
 */

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
