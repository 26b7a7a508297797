import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { AuthorityReference } from '../../../policy/gateway-api/object-reference.ts';
import type { ProblemReason } from '../../../policy/problem.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import type { BuildContext } from '../context.ts';
import { mayReferTo } from '../grants/permission.ts';
import { judgeAuthority } from './judge.ts';

/** PEM of all who may sign, or nothing after saying what is missing: fewer of them would be another policy. */
export function authorities(
  document: PolicyDocument,
  path: string,
  refs: readonly AuthorityReference[],
  context: BuildContext,
): string | undefined {
  const found = refs.map((ref, index) => referredAuthority(document, `${path}[${index}]`, ref, context));
  return found.every((text) => text !== undefined) ? found.join('\n') : undefined;
}

/** The same of a secret. */
export function authority(
  document: PolicyDocument,
  path: string,
  source: SecretSource,
  context: BuildContext,
): string | undefined {
  const text = context.resolve(document, path, source);
  if (text !== undefined && !context.surroundings.hasStandIns) judgeAuthority(document, path, text, context);
  return text;
}

function referredAuthority(
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
    return authority(document, path, { secretKeyRef: { name, key: 'ca.crt', ...elsewhere } }, context);
  }
  if (!mayReferTo(document, path, { group: '', kind, namespace, name }, context)) return undefined;
  const text = context.surroundings.configMap(namespace, name)?.get('ca.crt');
  if (text?.includes('BEGIN CERTIFICATE') === true) {
    judgeAuthority(document, path, text, context);
    return text;
  }
  const [fault, reason]: [string, ProblemReason] =
    text === undefined
      ? ['does not exist, or has no ca.crt', 'ConfigMapNotFound']
      : ['holds no certificate under ca.crt', 'InvalidCertificateRef'];
  const message = `ConfigMap "${qualifiedName(namespace, name)}" ${fault}`;
  context.reject(document, path, message, 'put PEM certificates there', reason);
  return undefined;
}
