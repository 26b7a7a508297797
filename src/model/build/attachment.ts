import type { ProblemReason } from '../../policy/problem.ts';

/** What became of one reference from a document to what it wants to be part of. */
export interface Attachment {
  /** Id of the document. */
  readonly document: string;
  readonly parent: ParentReference;
  readonly outcome: 'accepted' | { readonly reason: ProblemReason; readonly message: string };
  /** Names of the listeners of the parent that it reached. */
  readonly listeners: readonly string[];
}

/** As written, with the namespace filled in. */
export interface ParentReference {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}
