import type { ParentReference } from '../../model/build/attachment.ts';
import type { Problem } from '../../policy/problem.ts';
import type { Refused } from './document-conditions.ts';
import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';
import { problemsMessage } from './message.ts';
import type { WatchedObject } from './outcome.ts';
import type { Verdict } from './verdict.ts';

/** A parent of a route or a target of a policy, and where it is written. */
export interface WrittenReference {
  readonly path: string;
  readonly reference: ParentReference;
}

/** As the object names them, readable or not otherwise. */
export function referencesIn({ object }: WatchedObject): readonly WrittenReference[] {
  const spec = fieldsOf(object.spec);
  const namespace = object.metadata.namespace ?? '';
  const inList = (field: 'parentRefs' | 'targetRefs') =>
    listOf(spec[field]).flatMap((ref, index) => written(`spec.${field}[${index}]`, ref, namespace));
  // Policies of Envoy Gateway have also known a single target.
  const single = spec.targetRef === undefined ? [] : written('spec.targetRef', fieldsOf(spec.targetRef), namespace);
  return [...inList('parentRefs'), ...inList('targetRefs'), ...single];
}

function written(path: string, ref: Fields, namespace: string): WrittenReference[] {
  const name = textOf(ref.name);
  if (name === undefined) return [];
  const sectionName = textOf(ref.sectionName);
  const reference: ParentReference = {
    group: typeof ref.group === 'string' ? ref.group : 'gateway.networking.k8s.io',
    kind: textOf(ref.kind) ?? 'Gateway',
    namespace: textOf(ref.namespace) ?? namespace,
    name,
    ...(sectionName !== undefined && { sectionName }),
    ...(typeof ref.port === 'number' && { port: ref.port }),
  };
  return [{ path, reference }];
}

/** A reference as a whole, or the part of it that it names. */
const oneReference = /^spec\.((parent|target)Refs\[\d+\]|targetRef)(\.sectionName)?$/;
const oneSelector = /^spec\.targetSelectors\[\d+\]$/;

/** The verdict without what is only about one reference: that is told where its answer stands. */
export function withoutReferences(verdict: Verdict): Verdict {
  const isGeneral = ({ path, reason }: Problem): boolean =>
    !oneReference.test(path) && !(oneSelector.test(path) && reason === 'Conflicted');
  const { errors, references, warnings } = verdict;
  return {
    ...verdict,
    errors: errors.filter(isGeneral),
    references: references.filter(isGeneral),
    warnings: warnings.filter(isGeneral),
  };
}

/** What is wrong with one reference. What is not there is a warning to some and a refusal to whoever asked for it. */
export function refusalAt(path: string, { errors, references, warnings }: Verdict): Refused | undefined {
  const missing = warnings.filter(({ reason }) => reason === 'NoMatchingParent' || reason === 'TargetNotFound');
  const found = [...errors, ...references, ...missing].filter((problem) =>
    [path, `${path}.sectionName`].includes(problem.path),
  );
  const [first] = found;
  if (first === undefined) return undefined;
  return { reason: first.reason ?? 'Invalid', message: `${problemsMessage(found)}.` };
}

/** Equal for references to the same. */
export function referenceKey({ group, kind, namespace, name, sectionName, port }: ParentReference): string {
  return JSON.stringify([group, kind, namespace, name, sectionName ?? '', port ?? 0]);
}

/** How messages name it. */
export function referenceText({ kind, namespace, name, sectionName }: ParentReference): string {
  return `${kind} ${namespace}/${name}${sectionName === undefined ? '' : `, ${sectionName}`}`;
}
