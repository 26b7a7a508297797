import type { PolicyDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { AuthorityReference } from '../../policy/gateway-api/object-reference.ts';
import type { ProblemReason } from '../../policy/problem.ts';
import type { BuildContext } from './context.ts';
import { mayReferTo } from './grants/permission.ts';

/** PEM of all who may sign, or nothing after saying what is missing: fewer of them would be another policy. */
export function authorities(
  document: PolicyDocument,
  path: string,
  refs: readonly AuthorityReference[],
  context: BuildContext,
): string | undefined {
  const found = refs.map((ref, index) => authority(document, `${path}[${index}]`, ref, context));
  return found.every((text) => text !== undefined) ? found.join('\n') : undefined;
}

function authority(
  document: PolicyDocument,
  path: string,
  ref: AuthorityReference,
  context: BuildContext,
): string | undefined {
  const { group, kind, name, namespace = document.namespace } = ref;
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret')) {
    const remedy = 'write kind: ConfigMap, or kind: Secret';
    context.reject(document, path, `${kind} cannot hold certificates`, remedy, 'InvalidKind');
    return undefined;
  }
  if (kind === 'Secret') {
    const elsewhere = ref.namespace === undefined ? {} : { namespace };
    return context.resolve(document, path, { secretKeyRef: { name, key: 'ca.crt', ...elsewhere } });
  }
  if (!mayReferTo(document, path, { group: '', kind, namespace, name }, context)) return undefined;
  const text = context.surroundings.configMap(namespace, name)?.get('ca.crt');
  if (text?.includes('BEGIN CERTIFICATE') === true) return text;
  const [fault, reason]: [string, ProblemReason] =
    text === undefined
      ? ['does not exist, or has no ca.crt', 'ConfigMapNotFound']
      : ['holds no certificate under ca.crt', 'InvalidCertificateRef'];
  const message = `ConfigMap "${qualifiedName(namespace, name)}" ${fault}`;
  context.reject(document, path, message, 'put PEM certificates there', reason);
  return undefined;
}
