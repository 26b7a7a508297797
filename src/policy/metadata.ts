import { defaultNamespace } from './document-id.ts';
import type { KindFacts } from './kind-row.ts';
import { labelName, labelValue } from './label.ts';
import { dnsLabel, dottedName } from './name.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { jsonValue } from './schema/json-value.ts';
import { map } from './schema/map.ts';
import { object } from './schema/object.ts';
import type { Infer, Schema } from './schema/schema.ts';

const fromServer = optional(jsonValue, 'Written by a Kubernetes API server.');

const common = {
  labels: defaulted(map(labelName, labelValue), {}, 'Labels for your own order.'),
  annotations: defaulted(map(labelName, jsonValue), {}, 'Notes for people and tools.'),
  namespace: defaulted(dnsLabel, defaultNamespace, 'Where it lives; what it names without a namespace is there, too.'),
  // What `kubectl get --output yaml` prints, so that its output can be put into a folder as it is.
  uid: fromServer,
  generation: fromServer,
  resourceVersion: fromServer,
  // Where it stood before, and no age of the file: docs/design/route-precedence.md.
  creationTimestamp: fromServer,
  deletionTimestamp: fromServer,
  deletionGracePeriodSeconds: fromServer,
  finalizers: fromServer,
  ownerReferences: fromServer,
  managedFields: fromServer,
  selfLink: fromServer,
};

const nameNote = 'Name of the document, unique among those of its kind.';

const ownMetadata = object({ name: required(dnsLabel, nameNote), ...common });

/** Kinds of others are named by the rules of Kubernetes, which lets names have dots. */
const foreignMetadata = object({ name: required(dottedName, nameNote), ...common });

export type Metadata = Infer<typeof ownMetadata>;

export function metadataOf({ definition }: KindFacts): Schema<Metadata> {
  return definition === 'own' ? ownMetadata : foreignMetadata;
}
