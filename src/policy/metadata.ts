import { defaultNamespace } from './document-id.ts';
import { dnsLabel } from './name.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { jsonValue } from './schema/json-value.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import type { Infer } from './schema/schema.ts';
import { text } from './schema/text.ts';

const key = text({
  pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
  longest: 317,
  complaint: 'is not a label name',
  remedy: 'use letters, digits, - _ and ., with a domain in front if you like: example.com/stage',
});

const labelValue = text({
  pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$',
  longest: 63,
  complaint: 'is not a label value',
  remedy: 'use letters, digits, - _ and ., at most 63',
});

const fromServer = optional(jsonValue, 'Written by a Kubernetes API server.');

export const metadata = object({
  name: required(dnsLabel, 'Name of the document, unique among those of its kind.'),
  labels: defaulted(map(key, labelValue), {}, 'Labels for your own order.'),
  annotations: defaulted(map(key, jsonValue), {}, 'Notes for people and tools.'),
  namespace: defaulted(dnsLabel, defaultNamespace, 'Where it lives; what it names without a namespace is there, too.'),
  // What `kubectl get --output yaml` prints, so that its output can be put into a folder as it is.
  uid: fromServer,
  generation: fromServer,
  resourceVersion: fromServer,
  creationTimestamp: fromServer,
  deletionTimestamp: fromServer,
  deletionGracePeriodSeconds: fromServer,
  finalizers: fromServer,
  ownerReferences: fromServer,
  managedFields: fromServer,
  selfLink: fromServer,
});

export type Metadata = Infer<typeof metadata>;
