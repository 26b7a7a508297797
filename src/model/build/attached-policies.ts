import { getOrCreate } from '../../lib/get-or-create.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { Targets } from '../../policy/envoy-gateway/policy-targets.ts';
import { selects } from '../../policy/gateway-api/label-selector.ts';
import { aiGatewayGroup, gatewayApiGroup } from '../../policy/gateway-api/name.ts';
import type { PolicyLevel } from '../decision.ts';
import type { Attachment } from './attachment.ts';
import type { BuildContext } from './context.ts';
import { olderFirst, takenTarget } from './older-first.ts';
import type { LeveledPolicy } from './policy-levels.ts';

type TargetingDocument = Extract<PolicyDocument, { readonly spec: Targets }>;

/** A Gateway, or a route. Routes of every kind are HTTPRoutes to policies. */
export interface PolicySubject {
  readonly kind: 'Gateway' | 'route';
  readonly namespace: string;
  readonly name: string;
}

/** Part of a Gateway that requests for a route come by. */
export interface GatewayPlace {
  readonly gateway: PolicySubject;
  readonly listeners: readonly string[];
  readonly route: PolicySubject;
  /** Name of the rule. */
  readonly rule?: string;
}

export interface AttachedPolicies<D extends TargetingDocument> {
  /** All that are for this place, at the level where they stand. */
  at(place: GatewayPlace): readonly LeveledPolicy<D>[];
  /** Listeners, apart by what is for single ones of them: requests by the one never meet what is for another. */
  apart<L extends { readonly name: string }>(
    gateway: PolicySubject,
    listeners: readonly L[],
  ): readonly (readonly L[])[];
  /** The one for all of it, or for this part alone. */
  of(subject: PolicySubject, section?: string): D | undefined;
  /** Every place that has one, in the order in which they were found. */
  readonly targets: ReadonlyMap<string, D>;
  /** What became of each target that exists. */
  readonly attachments: readonly Attachment[];
}

/** What policies are for. Targets that do not exist, and those that an older policy has already, are said. */
export function attachPolicies<D extends TargetingDocument>(
  policies: readonly D[],
  subjects: readonly PolicyDocument[],
  context: BuildContext,
): AttachedPolicies<D> {
  const byTarget = new Map<string, D>();
  const attachments: Attachment[] = [];
  const known = policies.length === 0 ? new Map<string, ReadonlySet<string>>() : knownParts(subjects);
  for (const policy of olderFirst(policies)) {
    for (const target of targetsOf(policy, subjects, known, context)) {
      const key = keyOf(target, target.sectionName);
      const other = byTarget.get(key);
      if (target.missing !== undefined) {
        const { missing } = target;
        context.reject(policy, `${target.path}.sectionName`, missing, 'check the name, or add it', 'TargetNotFound');
        attachments.push(attachmentOf(policy, target, { reason: 'TargetNotFound', message: missing }));
        continue;
      }
      if (other !== undefined && other !== policy) {
        const message = takenTarget(other, policy, target.written);
        context.reject(policy, target.path, message, 'put both into one document', 'Conflicted');
        attachments.push(attachmentOf(policy, target, { reason: 'Conflicted', message }));
        continue;
      }
      byTarget.set(key, policy);
      attachments.push(attachmentOf(policy, target, 'accepted'));
    }
  }
  const find = (level: PolicyLevel, subject: PolicySubject, section?: string): LeveledPolicy<D>[] => {
    const policy = byTarget.get(keyOf(subject, section));
    return policy === undefined ? [] : [{ level, origin: policy.id, spec: policy }];
  };
  return {
    at({ gateway, listeners, route, rule }) {
      // Asked for every route, and mostly there is none.
      if (byTarget.size === 0) return [];
      return [
        ...find('gateway', gateway),
        ...listeners.flatMap((listener) => find('listener', gateway, listener)),
        ...find('route', route),
        ...(rule === undefined ? [] : find('rule', route, rule)),
      ];
    },
    apart(gateway, listeners) {
      if (byTarget.size === 0) return [listeners];
      return [...Map.groupBy(listeners, ({ name }) => byTarget.get(keyOf(gateway, name))).values()];
    },
    targets: byTarget,
    attachments,
    // As well.
    of: (subject, section) => (byTarget.size === 0 ? undefined : byTarget.get(keyOf(subject, section))),
  };
}

function attachmentOf(
  { id }: PolicyDocument,
  { written, namespace, name, sectionName }: FoundTarget,
  outcome: Attachment['outcome'],
): Attachment {
  const group = written === 'AIGatewayRoute' ? aiGatewayGroup : gatewayApiGroup;
  return {
    document: id,
    parent: { group, kind: written, namespace, name, ...(sectionName !== undefined && { sectionName }) },
    outcome,
    listeners: [],
  };
}

interface FoundTarget extends PolicySubject {
  readonly path: string;
  readonly sectionName?: string;
  /** The kind as written. */
  readonly written: string;
  /** What is wrong with the name of the part. */
  readonly missing?: string;
}

function targetsOf(
  policy: TargetingDocument,
  subjects: readonly PolicyDocument[],
  known: ReadonlyMap<string, ReadonlySet<string>>,
  context: BuildContext,
): readonly FoundTarget[] {
  const { namespace, spec } = policy;
  const named = spec.targetRefs.flatMap(({ kind, name, sectionName }, index): FoundTarget[] => {
    const subject = subjectOf(kind, namespace, name);
    const path = `spec.targetRefs[${index}]`;
    const parts = known.get(keyOf(subject));
    if (parts !== undefined) {
      const found = { ...subject, path, written: kind };
      if (sectionName === undefined) return [found];
      const part = kind === 'Gateway' ? 'listener' : 'rule';
      const missing = `${kind} "${qualifiedName(namespace, name)}" has no ${part} "${sectionName}"`;
      return [{ ...found, sectionName, ...(!parts.has(sectionName) && { missing }) }];
    }
    const message = `${kind} "${qualifiedName(namespace, name)}" does not exist or is refused`;
    context.reject(policy, path, message, 'check the name, or add or mend it', 'TargetNotFound');
    return [];
  });
  const selected = spec.targetSelectors.flatMap((selector, index): FoundTarget[] => {
    const path = `spec.targetSelectors[${index}]`;
    const found = subjects.filter(
      (one) =>
        one.namespace === namespace &&
        isSubject(one, subjectOf(selector.kind, namespace, one.name)) &&
        selects(selector, new Map(Object.entries(one.labels))),
    );
    if (found.length === 0) {
      const message = `selects no ${selector.kind}`;
      context.warn(policy, path, message, 'check the labels', 'TargetNotFound');
    }
    return found.map(({ name }) => ({ ...subjectOf(selector.kind, namespace, name), path, written: selector.kind }));
  });
  return [...named, ...selected];
}

function subjectOf(kind: string, namespace: string, name: string): PolicySubject {
  return { kind: kind === 'Gateway' ? 'Gateway' : 'route', namespace, name };
}

const routeKinds: readonly string[] = ['HTTPRoute', 'AIGatewayRoute'];

function isSubject(document: PolicyDocument, subject: PolicySubject): boolean {
  return subjectKey(document) === keyOf(subject);
}

/** Of what a policy can be for; nothing for other documents. */
function subjectKey({ kind, namespace, name }: PolicyDocument): string | undefined {
  return kind === 'Gateway' || routeKinds.includes(kind) ? keyOf(subjectOf(kind, namespace, name)) : undefined;
}

/** Gateways and routes by key, with the names of their parts. */
function knownParts(subjects: readonly PolicyDocument[]): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>();
  for (const subject of subjects) {
    const key = subjectKey(subject);
    if (key === undefined) continue;
    const parts = getOrCreate(known, key, () => new Set());
    for (const name of partNames(subject)) parts.add(name);
  }
  return known;
}

function partNames(subject: PolicyDocument): readonly string[] {
  switch (subject.kind) {
    case 'Gateway':
      return subject.spec.listeners.map(({ name }) => name);
    case 'HTTPRoute':
    case 'AIGatewayRoute':
      return subject.spec.rules.flatMap(({ name }) => name ?? []);
    default:
      return [];
  }
}

function keyOf({ kind, namespace, name }: PolicySubject, section = ''): string {
  return `${kind}/${namespace}/${name}/${section}`;
}
