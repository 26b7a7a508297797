import type { SecretReference } from '../../../../policy/gateway-api/object-reference.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import { isHeaderSafe } from '../../provider.ts';
import { type BuiltCredential, type CredentialUser, inHeader, secretSource } from './built-credential.ts';

/** Header of the key, by what the policy is called. */
const places = {
  APIKey: { header: 'authorization', prefix: 'Bearer ' },
  AnthropicAPIKey: { header: 'x-api-key', prefix: '' },
  AzureAPIKey: { header: 'api-key', prefix: '' },
  GoogleAPIKey: { header: 'x-goog-api-key', prefix: '' },
} as const;

/** A key that is sent as it is. */
export function keyCredential(
  policy: BackendSecurityDocument,
  path: string,
  ref: SecretReference,
  type: keyof typeof places,
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const value = context.resolve(policy, path, secretSource(ref, 'apiKey'))?.trim();
  if (value === undefined) return undefined;
  if (isHeaderSafe(value)) return inHeader(policy, places[type], value, user);
  const message = 'the secret is empty or holds characters that cannot stand in a header';
  context.reject(policy, path, message, 'check that it is the key alone, on one line');
  return undefined;
}
