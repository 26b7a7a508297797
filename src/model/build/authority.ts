import type { PolicyDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { AuthorityReference } from '../../policy/gateway-api/object-reference.ts';
import type { BuildContext } from './context.ts';

type Reference = AuthorityReference & { readonly namespace?: string };

/** PEM of all who may sign, or nothing after saying what is missing: fewer of them would be another policy. */
export function authorities(
  document: PolicyDocument,
  path: string,
  refs: readonly Reference[],
  context: BuildContext,
): string | undefined {
  const found = refs.map((ref, index) => authority(document, `${path}[${index}]`, ref, context));
  return found.every((text) => text !== undefined) ? found.join('\n') : undefined;
}

function authority(document: PolicyDocument, path: string, ref: Reference, context: BuildContext): string | undefined {
  const { kind, name, namespace = document.namespace } = ref;
  if (kind === 'Secret') {
    const elsewhere = ref.namespace === undefined ? {} : { namespace };
    return context.resolve(document, path, { secretKeyRef: { name, key: 'ca.crt', ...elsewhere } });
  }
  const shown = qualifiedName(namespace, name);
  if (!context.isGranted(document, { group: '', kind, namespace, name })) {
    const message = `ConfigMap "${shown}" is in another namespace, which does not permit it`;
    context.reject(document, path, message, `add a ReferenceGrant to namespace ${namespace}`, 'RefNotPermitted');
    return undefined;
  }
  const text = context.surroundings.configMap(namespace, name)?.get('ca.crt');
  if (text?.includes('BEGIN CERTIFICATE') === true) return text;
  const message = `ConfigMap "${shown}" ${text === undefined ? 'does not exist, or has no ca.crt' : 'holds no certificate under ca.crt'}`;
  context.reject(document, path, message, 'put PEM certificates there', 'InvalidCertificateRef');
  return undefined;
}
