import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Document, PolicyDocument, PolicyKind } from '../../policy/document.ts';

/** The lists are asked for one kind after the other, and never changed. */
const byKind = new WeakMap<readonly PolicyDocument[], ReadonlyMap<PolicyKind, readonly PolicyDocument[]>>();

export function ofKind<K extends PolicyKind>(
  documents: readonly PolicyDocument[],
  kind: K,
): Extract<PolicyDocument, Document<K, unknown>>[] {
  const found = getOrCreate(byKind, documents, () => Map.groupBy(documents, (document) => document.kind));
  return (found.get(kind) ?? []).filter(
    (document): document is Extract<PolicyDocument, Document<K, unknown>> => document.kind === kind,
  );
}
