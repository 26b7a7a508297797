import { dnsLabel, dottedName } from '../name.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { apiGroup, apiKind, gatewayApiGroup, sectionName } from './name.ts';

export const portNumber = integer({ from: 1, to: 65_535 });

const parentReference = object({
  group: defaulted(apiGroup, gatewayApiGroup, 'Group of the parent.'),
  kind: defaulted(apiKind, 'Gateway', 'Kind of the parent. Parents of other kinds are for other controllers.'),
  namespace: optional(dnsLabel, 'Namespace of the parent; the one of this document if absent.'),
  name: required(dottedName, 'Name of the parent.'),
  sectionName: optional(sectionName, 'A listener of the parent; all of them if absent.'),
  port: optional(portNumber, 'Listeners of the parent on this port; all of them if absent.'),
});

export type ParentReferenceSpec = Infer<typeof parentReference>;

/** The Gateways that a route wants to be part of. */
export function parentReferences(most: number) {
  return refine(ruled(list(parentReference, { most }), distinctRule), distinct);
}

const remedy = 'give each its own sectionName';

const sameIn = (fields: readonly string[]): string =>
  fields
    .map((field) => `has(a.${field}) == has(b.${field}) && (!has(a.${field}) || a.${field} == b.${field})`)
    .join(' && ');
const whole = (name: string): string => `(!has(${name}.sectionName) && !has(${name}.port))`;
const sameParent = `a.group == b.group && a.kind == b.kind && a.name == b.name && ${sameIn(['__namespace__'])}`;

const distinctRule = {
  rule: `self.all(a, self.exists_one(b, ${sameParent} && (${whole('a')} || ${whole('b')} || ${sameIn(['sectionName', 'port'])})))`,
  message: remedy,
};

/** Gateway API: several references to one parent name different parts of it. */
function distinct(all: readonly ParentReferenceSpec[], place: Place): Parsed<readonly ParentReferenceSpec[]> {
  for (const [index, ref] of all.entries()) {
    for (const earlier of all.slice(0, index)) {
      if (!isSameParent(ref, earlier)) continue;
      const isSamePart = ref.sectionName === earlier.sectionName && ref.port === earlier.port;
      const isWhole = ref.sectionName === undefined && ref.port === undefined;
      const isEarlierWhole = earlier.sectionName === undefined && earlier.port === undefined;
      if (!isSamePart && isWhole === isEarlierWhole) continue;
      reject(under(place, index), `names ${ref.kind} ${ref.name} once more`, remedy);
      return invalid;
    }
  }
  return all;
}

function isSameParent(a: ParentReferenceSpec, b: ParentReferenceSpec): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
