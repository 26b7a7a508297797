import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';

/** What is wrong with them is said already; this is what follows from it. */
export function sayBarriers(documents: readonly PolicyDocument[], context: Pick<BuildContext, 'reject'>): void {
  for (const document of documents) {
    // A route serves what is right of it, and what is wrong is said already.
    if (!document.isBarrier || document.kind === 'HTTPRoute') continue;
    const message = 'is wrong: until it has been right once, requests that it is for are refused';
    context.reject(document, 'spec', message, 'mend what is said of it, or remove it');
  }
}
