import { kubernetesObject } from '../kubernetes-object.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { annotations, labels } from './labels.ts';

export const overlay = object({
  metadata: optional(
    object({
      labels: optional(labels, 'Labels to add.'),
      annotations: optional(annotations, 'Annotations to add.'),
    }),
    'Labels and annotations.',
  ),
  spec: optional(kubernetesObject, 'Strategic merge patch: lists with names merge by name, null removes a field.'),
});
