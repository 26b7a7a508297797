import type { KindFacts } from '../../../policy/kind-row.ts';
import { isKind, type Kind, kinds } from '../../../policy/kinds.ts';

/** A kind whose objects are documents. */
export interface WatchedKind {
  readonly kind: Kind;
  readonly facts: KindFacts;
  /** Of its CustomResourceDefinition. */
  readonly definition: string;
}

/**
 * All kinds but those of Kubernetes itself: a cluster is full of Secrets, ConfigMaps and Services that have nothing to
 * do with us, and those that have are read one by one where a document names them.
 */
export const watchedKinds: readonly WatchedKind[] = Object.keys(kinds)
  .filter(isKind)
  .map((kind) => ({ kind, facts: kinds[kind], definition: definitionOf(kind) }))
  .filter(({ facts }) => facts.group !== '');

export function definitionOf(kind: Kind): string {
  return `${kinds[kind].plural}.${kinds[kind].group}`;
}
