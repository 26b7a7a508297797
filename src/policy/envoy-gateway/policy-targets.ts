import { type LabelSelector, selectorFields } from '../gateway-api/label-selector.ts';
import { aiGatewayGroup, apiGroup, apiKind, gatewayApiGroup } from '../gateway-api/name.ts';
import {
  ofKinds,
  ofKindsRule,
  type PolicyTarget,
  policyTarget,
  policyTargets,
  type TargetKind,
} from '../gateway-api/policy-target.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import { refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { refused } from '../schema/verdict.ts';

export const gatewayTarget: TargetKind = { group: gatewayApiGroup, kind: 'Gateway' };

/** An AIGatewayRoute is also an HTTPRoute of its name, as which policies of other implementations address it. */
export const routeTargets: readonly TargetKind[] = [
  gatewayTarget,
  { group: gatewayApiGroup, kind: 'HTTPRoute' },
  { group: aiGatewayGroup, kind: 'AIGatewayRoute' },
];

/** What policies of Envoy Gateway may be for, and ours say in their status that they cannot. */
const otherTargets: readonly TargetKind[] = ['ListenerSet', 'GRPCRoute', 'TCPRoute', 'UDPRoute', 'TLSRoute'].map(
  (kind) => ({ group: gatewayApiGroup, kind }),
);

/** Targets that are chosen by their labels, in the policy's namespace. */
export interface TargetSelector extends TargetKind, LabelSelector {}

/** What a policy is for, wherever it said so. */
export interface Targets {
  readonly targetRefs: readonly PolicyTarget[];
  readonly targetSelectors: readonly TargetSelector[];
}

export function targetFields(kinds: readonly TargetKind[]) {
  const selector: Schema<TargetSelector> = refine(
    ruled(
      object({
        group: defaulted(apiGroup, gatewayApiGroup, 'Group of the targets.'),
        kind: required(apiKind, 'Kind of the targets.'),
        ...selectorFields,
        namespaces: refused('a policy is for its own namespace'),
      }),
      ofKindsRule(kinds, otherTargets),
    ),
    (target, place) => ofKinds(target, kinds, place),
  );
  return {
    targetRef: optional(policyTarget(kinds, true, otherTargets), 'What the policy is for.'),
    targetRefs: optional(
      policyTargets(kinds, true, 1, otherTargets),
      'What the policy is for, where it is for several.',
    ),
    targetSelectors: optional(list(selector, { least: 1, most: 16 }), 'What the policy is for, by labels.'),
  };
}

interface Written {
  readonly targetRef?: PolicyTarget;
  readonly targetRefs?: readonly PolicyTarget[];
  readonly targetSelectors?: readonly TargetSelector[];
}

const anyTarget = 'add targetRefs: [{group: …, kind: …, name: …}]';

/** Envoy Gateway takes both beside selectors. */
const targetRules = [
  {
    rule: '!(has(self.targetRef) && has(self.targetRefs)) || has(self.targetSelectors)',
    message: 'keep targetRef or targetRefs',
  },
  { rule: 'has(self.targetRef) || has(self.targetRefs) || has(self.targetSelectors)', message: anyTarget },
];

/** The same policy with all its targets in one place. */
export function withTargets<T extends Written>(schema: Schema<T>): Schema<Omit<T, keyof Written> & Targets> {
  return refine(ruled(schema, ...targetRules), (spec, place) => {
    const { targetRef, targetRefs = [], targetSelectors = [], ...rest } = spec;
    if (targetRef !== undefined && targetRefs.length > 0) {
      return reject(place, 'has targetRef and targetRefs', 'keep one of them');
    }
    const all = targetRef === undefined ? targetRefs : [targetRef];
    if (all.length + targetSelectors.length === 0) {
      return reject(place, 'is for nothing', anyTarget);
    }
    return { ...rest, targetRefs: all, targetSelectors };
  });
}
