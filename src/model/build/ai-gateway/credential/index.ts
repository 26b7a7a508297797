import type { SecretReference } from '../../../../policy/gateway-api/object-reference.ts';
import type { BuildContext } from '../../context.ts';
import { type BackendSecurityDocument, type Targeting, targetKey } from '../../documents.ts';
import { awsCredential } from './aws.ts';
import { type BuiltCredential, type CredentialUser, secretSource, unserved } from './built-credential.ts';
import { keyCredential } from './key.ts';

/** Nothing after saying what is missing: without its credential every request would end in a 401. */
export function buildCredential(
  user: CredentialUser,
  policies: ReadonlyMap<string, readonly Targeting<BackendSecurityDocument>[]>,
  context: BuildContext,
): BuiltCredential | undefined {
  const { namespace, name } = user.backend;
  const [first, ...others] = policies.get(targetKey('AIServiceBackend', namespace, name)) ?? [];
  for (const { policy, path } of others) {
    if (policy === first?.policy) continue;
    const message = `${first?.policy.id} is for the same AIServiceBackend`;
    context.reject(policy, path, message, 'remove one of them', 'Conflicted');
  }
  return first === undefined ? { secrets: [], origins: [] } : credentialOf(first.policy, user, context);
}

function credentialOf(
  policy: BackendSecurityDocument,
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
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
      return keyCredential(policy, 'spec.apiKey.secretRef', spec.apiKey.secretRef, spec.type, user, context);
    case 'AnthropicAPIKey': {
      const { secretRef } = spec.anthropicAPIKey;
      return keyCredential(policy, 'spec.anthropicAPIKey.secretRef', secretRef, spec.type, user, context);
    }
    case 'AzureAPIKey':
      return keyCredential(policy, 'spec.azureAPIKey.secretRef', spec.azureAPIKey.secretRef, spec.type, user, context);
    case 'AWSCredentials':
      return awsCredential(policy, spec.awsCredentials, user, context);
    default:
      return notYet(policy, context);
  }
}

/** Secrets that it names are looked for all the same, so that what is missing is said before it is needed. */
function notYet(policy: BackendSecurityDocument, context: BuildContext): BuiltCredential | undefined {
  const { spec } = policy;
  const built = unserved(policy, 'spec.type', `no token is fetched for ${spec.type}`, 'use a type with a key', context);
  const file = fileOf(spec);
  if (file !== undefined && context.resolve(policy, file.path, secretSource(file.ref, file.key)) === undefined)
    return undefined;
  return built;
}

function fileOf(
  spec: BackendSecurityDocument['spec'],
): { path: string; ref: SecretReference; key: string } | undefined {
  switch (spec.type) {
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
