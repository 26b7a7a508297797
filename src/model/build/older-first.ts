import { compareText } from '../../lib/sort.ts';
import type { PolicyDocument } from '../../policy/document.ts';

type Aged = Pick<PolicyDocument, 'createdAt' | 'namespace' | 'name'>;

/**
 * Of documents that want the same, the one with the smaller text has it: the older one, as Gateway API demands, and of
 * equal age the one whose namespace and name come first. Documents of a folder have no age.
 */
export function precedenceOf({ createdAt, namespace, name }: Aged): string {
  const fullName = `${namespace}/${name}`;
  return createdAt === undefined ? fullName : `${createdAt} ${fullName}`;
}

/** A copy in the order of precedence, whatever the order of reading. */
export function olderFirst<D extends Aged>(documents: Iterable<D>): D[] {
  return [...documents]
    .map((document) => ({ document, precedence: precedenceOf(document) }))
    .sort((a, b) => compareText(a.precedence, b.precedence))
    .map(({ document }) => document);
}

/** Why a policy is not in force for a target: `owner` is. */
export function takenTarget(owner: PolicyDocument, policy: PolicyDocument, target: string): string {
  const reason = owner.createdAt === policy.createdAt ? '' : ', and older';
  return `${owner.id} is for the same ${target}${reason}`;
}
