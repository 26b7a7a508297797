import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { Place } from './grants.ts';

/** Whether a document may refer to this, which may be in another namespace; says so where it may not. */
export function mayReferTo(
  document: PolicyDocument,
  path: string,
  to: Place & { readonly name: string },
  context: Pick<BuildContext, 'isGranted' | 'reject'>,
): boolean {
  if (context.isGranted(document, to)) return true;
  const { kind, namespace, name } = to;
  const message = `${kind} "${name}" is in namespace "${namespace}", which does not permit it`;
  context.reject(document, path, message, `add a ReferenceGrant to namespace ${namespace}`, 'RefNotPermitted');
  return false;
}
