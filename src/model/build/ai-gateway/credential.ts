import type { SecretReference } from '../../../policy/gateway-api/object-reference.ts';
import type { ProviderCredential } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import { type AiBackendDocument, type BackendSecurityDocument, type Targeting, targetKey } from '../documents.ts';
import { isHeaderSafe } from '../provider.ts';

/** How a backend is shown who asks. */
export type BuiltCredential =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'key';
      readonly place: Pick<ProviderCredential, 'header' | 'prefix'>;
      readonly value: string;
      readonly origin: string;
    }
  /** Of a kind that is not served yet. */
  | { readonly kind: 'unserved'; readonly origin: string };

/** Header of the key, by what the policy is called. */
const places = {
  APIKey: { header: 'authorization', prefix: 'Bearer ' },
  AnthropicAPIKey: { header: 'x-api-key', prefix: '' },
  AzureAPIKey: { header: 'api-key', prefix: '' },
} as const;

/** Nothing after saying what is missing: without its credential every request would end in a 401. */
export function buildCredential(
  backend: AiBackendDocument,
  policies: ReadonlyMap<string, readonly Targeting<BackendSecurityDocument>[]>,
  context: BuildContext,
): BuiltCredential | undefined {
  const all = policies.get(targetKey('AIServiceBackend', backend.namespace, backend.name)) ?? [];
  const [first, ...others] = all;
  for (const { policy, path } of others) {
    if (policy === first?.policy) continue;
    const message = `${first?.policy.id} is for the same AIServiceBackend`;
    context.reject(policy, path, message, 'remove one of them', 'Conflicted');
  }
  return first === undefined ? { kind: 'none' } : credentialOf(first.policy, context);
}

function credentialOf(policy: BackendSecurityDocument, context: BuildContext): BuiltCredential | undefined {
  const { spec } = policy;
  const override = spec.credentialOverride?.fromRequestHeaders;
  if (override !== undefined) {
    const remedy = 'give callers an ApiKey with credentials of its own';
    const message = 'is not served yet: no credential is taken from a header of the request';
    context.reject(policy, 'spec.credentialOverride', message, remedy, 'UnsupportedValue');
    // The configured one must not pay for those who were to bring their own.
    if (!override.fallbackToConfigured) return undefined;
  }
  switch (spec.type) {
    case 'APIKey':
      return keyOf(policy, 'spec.apiKey.secretRef', spec.apiKey.secretRef, spec.type, context);
    case 'AnthropicAPIKey':
      return keyOf(policy, 'spec.anthropicAPIKey.secretRef', spec.anthropicAPIKey.secretRef, spec.type, context);
    case 'AzureAPIKey':
      return keyOf(policy, 'spec.azureAPIKey.secretRef', spec.azureAPIKey.secretRef, spec.type, context);
    default:
      return unserved(policy, context);
  }
}

function keyOf(
  policy: BackendSecurityDocument,
  path: string,
  ref: SecretReference,
  type: keyof typeof places,
  context: BuildContext,
): BuiltCredential | undefined {
  const value = context.resolve(policy, path, secretSource(ref, 'apiKey'))?.trim();
  if (value === undefined) return undefined;
  if (isHeaderSafe(value)) return { kind: 'key', place: places[type], value, origin: policy.id };
  const message = 'the secret is empty or holds characters that cannot stand in a header';
  context.reject(policy, path, message, 'check that it is the key alone, on one line');
  return undefined;
}

/** Secrets that it names are looked for all the same, so that what is missing is said before it is needed. */
function unserved(policy: BackendSecurityDocument, context: BuildContext): BuiltCredential | undefined {
  const { spec } = policy;
  const message = `${spec.type} is not served yet`;
  context.reject(policy, 'spec.type', message, 'use APIKey, AnthropicAPIKey or AzureAPIKey', 'UnsupportedValue');
  const file = fileOf(spec);
  if (file !== undefined && context.resolve(policy, file.path, secretSource(file.ref, file.key)) === undefined)
    return undefined;
  return { kind: 'unserved', origin: policy.id };
}

function fileOf(
  spec: BackendSecurityDocument['spec'],
): { path: string; ref: SecretReference; key: string } | undefined {
  switch (spec.type) {
    case 'AWSCredentials': {
      const ref = spec.awsCredentials.credentialsFile?.secretRef;
      return ref && { path: 'spec.awsCredentials.credentialsFile.secretRef', ref, key: 'credentials' };
    }
    case 'AzureCredentials': {
      const ref = spec.azureCredentials.clientSecretRef;
      return ref && { path: 'spec.azureCredentials.clientSecretRef', ref, key: 'client-secret' };
    }
    case 'GCPCredentials': {
      const ref = spec.gcpCredentials.credentialsFile?.secretRef;
      return ref && { path: 'spec.gcpCredentials.credentialsFile.secretRef', ref, key: 'service_account.json' };
    }
    default:
      return undefined;
  }
}

function secretSource({ name, namespace }: SecretReference, key: string) {
  return { secretKeyRef: { name, key, ...(namespace !== undefined && { namespace }) } };
}
