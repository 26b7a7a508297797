import { aiGatewayGroup } from '../gateway-api/name.ts';
import { secretReference } from '../gateway-api/object-reference.ts';
import { policyTargets } from '../gateway-api/policy-target.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { blockRules } from '../schema/field-rules.ts';
import { jsonValue } from '../schema/json-value.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { privateMap } from '../schema/private-map.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { except, reported } from '../schema/verdict.ts';
import { awsCredentials } from './aws-credentials.ts';
import { azureCredentials } from './azure-credentials.ts';
import { credentialOverride } from './credential-override.ts';
import { identifier } from './exchange-token.ts';
import { gcpCredentials } from './gcp-credentials.ts';

const apiKey = privateMap(
  object({ secretRef: required(secretReference, 'Secret with the key under apiKey.') }),
  'write secretRef: {name: …}',
);

/** What others write there: stored, so that the status can say that there are none here. */
const inferencePool = { group: 'inference.networking.k8s.io', kind: 'InferencePool' };

const without = (...sources: readonly string[]) => `without ${sources.join(' and ')} it is reported as not served yet`;

const types = [
  'APIKey',
  'AnthropicAPIKey',
  'AzureAPIKey',
  'GoogleAPIKey',
  'AzureCredentials',
  'AWSCredentials',
  'GCPCredentials',
  'OpenAICredentials',
] as const;

const openAICredentials = object({
  organization: optional(identifier, 'The organization.'),
  project: optional(identifier, 'The project.'),
  tokenExchange: optional(jsonValue, 'The token that is exchanged, and where.'),
});

const fields = object({
  targetRefs: defaulted(
    policyTargets([{ group: aiGatewayGroup, kind: 'AIServiceBackend' }], false, 0, [inferencePool]),
    [],
    'Backends that the credential is for.',
  ),
  type: required(enumeration(types), 'Kind of credential.'),
  apiKey: optional(apiKey, 'A key, sent as Authorization: Bearer.'),
  anthropicAPIKey: optional(apiKey, 'A key, sent as x-api-key.'),
  azureAPIKey: optional(apiKey, 'A key, sent as api-key.'),
  googleAPIKey: optional(apiKey, 'A key, sent as x-goog-api-key.'),
  azureCredentials: optional(azureCredentials, 'An application of Microsoft Entra.'),
  awsCredentials: optional(
    except(awsCredentials, without('credentialsFile', 'oidcExchangeToken')),
    'An account of AWS; requests are signed.',
  ),
  gcpCredentials: optional(
    except(gcpCredentials, without('credentialsFile', 'workloadIdentityFederationConfig')),
    'An account of Google Cloud.',
  ),
  openAICredentials: optional(
    reported(openAICredentials, 'no token is exchanged for one of OpenAI'),
    'A token exchanged for one of OpenAI.',
  ),
  credentialOverride: optional(
    reported(credentialOverride, 'no credential is taken from a header of the request yet'),
    'Where a credential of the caller’s own is found.',
  ),
});

type Given = Infer<typeof fields>;

const blocks = {
  APIKey: 'apiKey',
  AnthropicAPIKey: 'anthropicAPIKey',
  AzureAPIKey: 'azureAPIKey',
  GoogleAPIKey: 'googleAPIKey',
  AzureCredentials: 'azureCredentials',
  AWSCredentials: 'awsCredentials',
  GCPCredentials: 'gcpCredentials',
  OpenAICredentials: 'openAICredentials',
} as const satisfies { readonly [T in (typeof types)[number]]: keyof Given };

type Blocks = typeof blocks;

/** Type and the block of that type. */
type Credential = {
  [T in keyof Blocks]: { readonly type: T } & { readonly [B in Blocks[T]]: NonNullable<Given[B]> };
}[keyof Blocks];

export type BackendSecurityPolicySpec = Credential & Pick<Given, 'targetRefs' | 'credentialOverride'>;

/** How the gateway shows a backend who it is, in the words of Envoy AI Gateway. */
export const backendSecurityPolicySpec: Schema<BackendSecurityPolicySpec> = refine(
  ruled(fields, ...blockRules('type', Object.entries(blocks))),
  (spec, place): Parsed<BackendSecurityPolicySpec> => {
    const wanted = blocks[spec.type];
    for (const block of Object.values(blocks)) {
      if (block === wanted || spec[block] === undefined) continue;
      return reject(under(place, block), `is given, but type is ${spec.type}`, 'remove it, or change type');
    }
    if (spec[wanted] === undefined) {
      return reject(under(place, wanted), `is missing: type is ${spec.type}`, `add ${wanted}, or change type`);
    }
    // Checked just now; TypeScript cannot tie a computed name to its type.
    return spec as BackendSecurityPolicySpec;
  },
);
