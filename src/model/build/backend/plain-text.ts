import type { PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { BackendLocation } from './location.ts';
import type { BuiltTls } from './tls.ts';

/**
 * Whether a Service says that TLS is spoken on its port, while nobody says how its certificate is to be checked. Then it is
 * not called: plain text is not what its owner has, and a certificate that nobody checks protects from nobody.
 */
export function wouldBePlainText(
  document: PolicyDocument,
  path: string,
  { encrypted, target }: BackendLocation,
  { tls }: BuiltTls,
  context: BuildContext,
): boolean {
  if (encrypted === undefined || tls !== undefined) return false;
  const message =
    `Service "${target.name}" says that ${encrypted} is spoken on its port, which is TLS, and no BackendTLSPolicy for it ` +
    'says how its certificate is checked';
  const remedy = 'add a BackendTLSPolicy for the Service, or correct its appProtocol';
  context.reject(document, path, message, remedy, 'UnsupportedProtocol');
  return true;
}
