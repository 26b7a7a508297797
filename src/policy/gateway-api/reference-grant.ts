import { dnsLabel, dottedName } from '../name.ts';
import { optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { apiGroup, apiKind } from './name.ts';

const from = object({
  group: required(apiGroup, 'Group of what refers; empty for Kubernetes itself.'),
  kind: required(apiKind, 'Kind of what refers.'),
  namespace: required(dnsLabel, 'Where it lives.'),
});

const to = object({
  group: required(apiGroup, 'Group of what is referred to; empty for Secret and Service.'),
  kind: required(apiKind, 'Kind of what is referred to.'),
  name: optional(dottedName, 'Its name; every one of the kind if absent.'),
});

/** Permits references from other namespaces into its own. */
export const referenceGrantSpec = object({
  from: required(list(from, { least: 1, most: 16, emptyRemedy: 'say who may refer' }), 'Who may refer.'),
  to: required(list(to, { least: 1, most: 16, emptyRemedy: 'say to what' }), 'To what, in this namespace.'),
});
