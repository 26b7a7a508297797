import { kubernetesObject } from '../kubernetes-object.ts';
import { dottedName } from '../name.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { annotations, labels } from './labels.ts';

const objects = list(kubernetesObject, { most: 100 });

export const pod = object({
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
