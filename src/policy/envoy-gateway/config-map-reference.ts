import { dottedName } from '../name.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';

/** A ConfigMap of the document's own namespace. */
export const configMapReference = object({
  group: defaulted(enumeration(['', 'v1']), '', 'Group of the kind.'),
  kind: required(enumeration(['ConfigMap']), 'Kind of what is meant.'),
  name: required(dottedName, 'Name of the ConfigMap.'),
});
