import { sha256Hex } from '../../../lib/hash.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { BuildContext } from '../context.ts';
import type { SecurityDocument } from '../documents.ts';
import { mayReferTo } from '../grants/permission.ts';

/** A client of a SecurityPolicy and its key: an entry of a Secret. */
export interface ClientKey {
  /** Kind and name of the Secret, and the entry's: no ApiKey is called like this. */
  readonly name: string;
  readonly client: string;
  readonly sha256: string;
  /** A secret. */
  readonly value: string;
}

/** Where callers may show a key; the gateway looks there in any case. */
const keyHeaders: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key']);
const shortestKey = 16;

/** All that can be used, after saying what cannot. */
export function clientKeys(policy: SecurityDocument, context: BuildContext): readonly ClientKey[] {
  const auth = policy.spec.apiKeyAuth;
  if (auth === undefined) return [];
  return auth.credentialRefs.flatMap((ref, index) => {
    const path = `spec.apiKeyAuth.credentialRefs[${index}]`;
    const { name, namespace = policy.namespace } = ref;
    if (!mayReferTo(policy, path, { group: '', kind: 'Secret', namespace, name }, context)) return [];
    const secret = qualifiedName(namespace, name);
    const entries = context.surroundings.secret(namespace, name);
    if (entries === undefined) {
      context.reject(policy, path, `Secret "${secret}" does not exist`, 'add it, or check the name', 'SecretNotFound');
      return [];
    }
    return [...entries].flatMap(([client, text]): ClientKey[] => {
      const value = text.trim();
      if (value.length >= shortestKey)
        return [{ name: `Secret/${secret}/${client}`, client, sha256: sha256Hex(value), value }];
      const message = `holds a key of ${value.length} characters for "${client}", which can be guessed`;
      context.reject(policy, path, message, `use at least ${shortestKey} characters`);
      return [];
    });
  });
}

/** What cannot be had where the policy is for models. */
export function refuseOtherPlaces(policy: SecurityDocument, context: BuildContext): void {
  const auth = policy.spec.apiKeyAuth;
  for (const [index, { headers }] of (auth?.extractFrom ?? []).entries()) {
    for (const header of headers) {
      if (keyHeaders.has(header)) continue;
      const path = `spec.apiKeyAuth.extractFrom[${index}].headers`;
      const message = `${header} is not served: keys are shown in ${[...keyHeaders].join(', ')}`;
      context.reject(policy, path, message, 'name one of these', 'UnsupportedValue');
    }
  }
  if (auth?.forwardClientIDHeader === undefined) return;
  const message = 'is not served: providers are not told who asks';
  context.reject(policy, 'spec.apiKeyAuth.forwardClientIDHeader', message, 'remove it', 'UnsupportedValue');
}
