import type { Document, PolicyDocument, PolicyKind } from '../../policy/document.ts';

export function ofKind<K extends PolicyKind>(
  documents: readonly PolicyDocument[],
  kind: K,
): Extract<PolicyDocument, Document<K, unknown>>[] {
  return documents.filter(
    (document): document is Extract<PolicyDocument, Document<K, unknown>> => document.kind === kind,
  );
}
