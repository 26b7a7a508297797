import { type Decision, decided, type Said } from '../../../decision.ts';
import type { BuildContext } from '../../context.ts';
import { type BackendSecurityDocument, type Targeting, targetKey } from '../../documents.ts';
import { takenTarget } from '../../older-first.ts';
import { awsCredential } from './aws.ts';
import { azureCredential } from './azure.ts';
import { type BuiltCredential, type CredentialUser, unserved } from './built-credential.ts';
import { gcpCredential } from './gcp.ts';
import { keyCredential } from './key.ts';

/** Nothing after saying what is missing: without its credential every request would end in a 401. */
export function buildCredential(
  user: CredentialUser,
  policies: ReadonlyMap<string, readonly Targeting<BackendSecurityDocument>[]>,
  context: BuildContext,
): DecidedCredential | undefined {
  const { namespace, name } = user.backend;
  const [first, ...others] = policies.get(targetKey('AIServiceBackend', namespace, name)) ?? [];
  if (first === undefined) return { secrets: [], origins: [], decisions: [] };
  for (const { policy, path } of others) {
    if (policy === first.policy) continue;
    const isNamed = user.backend.spec.backendSecurityPolicyRef !== undefined;
    const message = isNamed
      ? `${user.backend.id} names ${first.policy.id} itself`
      : takenTarget(first.policy, policy, 'AIServiceBackend');
    context.reject(policy, path, message, 'remove one of them', 'Conflicted');
  }
  const built = credentialOf(first.policy, user, context);
  const said = [...new Set([first, ...others].map(({ policy }) => policy))].map(saidOf);
  return built && { ...built, decisions: decided('credential', said) };
}

export interface DecidedCredential extends BuiltCredential {
  readonly decisions: readonly Decision[];
}

function saidOf({ id, spec, isBarrier }: BackendSecurityDocument): Said {
  return { origin: id, level: 'backend', path: 'type', value: isBarrier ? 'cannot be read' : spec.type };
}

function credentialOf(
  policy: BackendSecurityDocument,
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  // With whose credential it is asked cannot be read: it is asked with none.
  if (policy.isBarrier) return undefined;
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
    case 'GoogleAPIKey':
      return keyCredential(
        policy,
        'spec.googleAPIKey.secretRef',
        spec.googleAPIKey.secretRef,
        spec.type,
        user,
        context,
      );
    case 'AWSCredentials':
      return awsCredential(policy, spec.awsCredentials, user, context);
    case 'AzureCredentials':
      return azureCredential(policy, spec.azureCredentials, user, context);
    case 'GCPCredentials':
      return gcpCredential(policy, spec.gcpCredentials, user, context);
    case 'OpenAICredentials': {
      const remedy = 'write type: APIKey, and apiKey: {secretRef: {name: …}}';
      return unserved(policy, 'spec.openAICredentials', 'no token is exchanged for one of OpenAI', remedy, context);
    }
  }
}
