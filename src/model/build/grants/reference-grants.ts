import type { PolicyDocument } from '../../../policy/document.ts';
import { ofKind } from '../of-kind.ts';
import type { Grant } from './grants.ts';

export function referenceGrants(documents: readonly PolicyDocument[]): readonly Grant[] {
  return ofKind(documents, 'ReferenceGrant').map(({ namespace, spec }) => ({
    namespace,
    from: spec.from,
    to: spec.to,
  }));
}
