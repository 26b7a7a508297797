import { dottedName } from '../name.ts';
import { celText } from '../schema/cel-text.ts';
import { optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { refine, type Schema } from '../schema/schema.ts';
import { ruled, type ServerRule } from '../schema/server-notes.ts';
import { choices } from '../schema/show.ts';
import { apiGroup, apiKind, sectionName } from './name.ts';

/** What a policy is for. It lives in the policy's namespace. */
export interface PolicyTarget {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly sectionName?: string;
}

export interface TargetKind {
  readonly group: string;
  readonly kind: string;
}

const plainFields = {
  group: required(apiGroup, 'Group of the target.'),
  kind: required(apiKind, 'Kind of the target.'),
  name: required(dottedName, 'Name of the target, in the namespace of this document.'),
};

/**
 * A target of one of these kinds. Those that are only stored are what others write there: an API server takes them, so
 * that the status can refuse them.
 */
export function policyTarget(
  kinds: readonly TargetKind[],
  hasSections: boolean,
  stored: readonly TargetKind[] = [],
): Schema<PolicyTarget> {
  const section = optional(sectionName, 'Part of the target: a listener, a rule, a port.');
  const schema: Schema<PolicyTarget> = hasSections
    ? object({ ...plainFields, sectionName: section })
    : object(plainFields);
  return refine(ruled(schema, ofKindsRule(kinds, stored)), (target, place) => ofKinds(target, kinds, place));
}

export function policyTargets(
  kinds: readonly TargetKind[],
  hasSections: boolean,
  least = 0,
  stored: readonly TargetKind[] = [],
) {
  const target = policyTarget(kinds, hasSections, stored);
  return list(target, { least, most: 16, emptyRemedy: `name a ${kindNames(kinds)}` });
}

/** Pairs of group and kind, not one of the groups and one of the kinds. */
export function ofKindsRule(kinds: readonly TargetKind[], stored: readonly TargetKind[]): ServerRule {
  const known = Map.groupBy([...kinds, ...stored], ({ group }) => group);
  const pairs = [...known].map(([group, all]) => {
    return `(self.group == ${celText(group)} && self.kind in ${celText(all.map(({ kind }) => kind))})`;
  });
  return { rule: pairs.join(' || '), message: `write ${kindNames(kinds)}, with its group` };
}

export function ofKinds<T extends TargetKind>(target: T, kinds: readonly TargetKind[], place: Place): Parsed<T> {
  if (kinds.some(({ group, kind }) => group === target.group && kind === target.kind)) return target;
  const named = kinds.find(({ kind }) => kind === target.kind);
  if (named !== undefined) {
    const message = `"${target.group}" is not the group of ${target.kind}`;
    return reject(under(place, 'group'), message, `write ${named.group}`, 'InvalidKind');
  }
  const message = `${target.kind} is nothing that this policy can be for`;
  return reject(under(place, 'kind'), message, `write ${kindNames(kinds)}`, 'InvalidKind');
}

function kindNames(kinds: readonly TargetKind[]): string {
  return choices(kinds.map(({ kind }) => kind));
}
