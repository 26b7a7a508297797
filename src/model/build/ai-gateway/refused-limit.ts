import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { RefusedLimit } from './limit.ts';

/**
 * Says why a limit is not as it is written. One that closes what it is for is wrong as a whole: where the document was
 * right before, that version stays in force.
 */
export function sayRefused(
  policy: PolicyDocument,
  path: string,
  { refusal, unkept }: RefusedLimit,
  context: Pick<BuildContext, 'reject'>,
): void {
  if (unkept === undefined) {
    context.reject(policy, path, `is not served: ${refusal}`, 'remove it, or write a Limit', 'UnsupportedValue');
    return;
  }
  const message = `cannot be kept, so that requests which it is for are refused: ${refusal}`;
  context.reject(policy, path, message, 'mend it, or write a Limit in its place');
}
