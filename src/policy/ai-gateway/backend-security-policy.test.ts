import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec.type is missing — add type: kind of credential'],
  ['{type: APIKey}', 'error spec.apiKey is missing: type is APIKey — add apiKey, or change type'],
  [
    '{type: ApiKey, apiKey: {secretRef: {name: a}}}',
    'error spec.type "ApiKey" is not a possible value — write APIKey (possible: APIKey, AnthropicAPIKey, AzureAPIKey, GoogleAPIKey, AzureCredentials, AWSCredentials, GCPCredentials or OpenAICredentials)',
  ],
  [
    '{type: Basic}',
    'error spec.type "Basic" is not a possible value — write APIKey, AnthropicAPIKey, AzureAPIKey, GoogleAPIKey, AzureCredentials, AWSCredentials, GCPCredentials or OpenAICredentials',
  ],
  [
    '{type: APIKey, apiKey: {}}',
    'error spec.apiKey.secretRef is missing — add secretRef: secret with the key under apiKey',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {}}}',
    'error spec.apiKey.secretRef.name is missing — add name: name of the Secret',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a, kind: ConfigMap}}}',
    'error spec.apiKey.secretRef.kind "ConfigMap" is not a possible value — write Secret',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a, group: x}}}',
    'error spec.apiKey.secretRef.group "x" is not the core group — remove it',
  ],
  [
    '{type: APIKey, apiKey: replace-me}',
    'error spec.apiKey a text stands here instead of a map — write secretRef: {name: …}',
  ],
  [
    '{type: APIKey, anthropicAPIKey: {secretRef: {name: a}}}',
    'error spec.anthropicAPIKey is given, but type is APIKey — remove it, or change type',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a}}, anthropicAPIKey: {secretRef: {name: b}}}',
    'error spec.anthropicAPIKey is given, but type is APIKey — remove it, or change type',
  ],
  [
    '{targetRefs: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: a}], type: APIKey, apiKey: {secretRef: {name: a}}}',
    'error spec.targetRefs[0].kind AIGatewayRoute is nothing that this policy can be for — write AIServiceBackend',
  ],
  [
    '{targetRefs: [{group: x, kind: AIServiceBackend, name: a}], type: APIKey, apiKey: {secretRef: {name: a}}}',
    'error spec.targetRefs[0].group "x" is not the group of AIServiceBackend — write aigateway.envoyproxy.io',
  ],
  [
    '{targetRefs: [{group: inference.networking.k8s.io, kind: InferencePool, name: a}], type: APIKey, apiKey: {secretRef: {name: a}}}',
    'error spec.targetRefs[0].kind InferencePool is nothing that this policy can be for — write AIServiceBackend',
  ],
  [
    '{targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: a, sectionName: b}], type: APIKey, apiKey: {secretRef: {name: a}}}',
    'error spec.targetRefs[0].sectionName is not a known field — remove it; known here: group, kind or name',
  ],
  [
    '{targetRefs: [{kind: AIServiceBackend, name: a}], type: APIKey, apiKey: {secretRef: {name: a}}}',
    'error spec.targetRefs[0].group is missing — add group: group of the target',
  ],
  [
    '{type: AWSCredentials, awsCredentials: {}}',
    'error spec.awsCredentials.region is missing — add region: region of the service',
  ],
  [
    '{type: AWSCredentials, awsCredentials: {region: a, credentialsFile: {}}}',
    'error spec.awsCredentials.credentialsFile.secretRef is missing — add secretRef: secret with a credentials file under credentials',
  ],
  [
    '{type: AWSCredentials, awsCredentials: {region: a, oidcExchangeToken: {oidc: {provider: {issuer: "https://a.example"}, clientID: a, clientSecret: {name: b}}}}}',
    'error spec.awsCredentials.oidcExchangeToken.awsRoleArn is missing — add awsRoleArn: role that the token is exchanged for',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {clientID: a, tenantID: b}}',
    'error spec.azureCredentials has neither clientSecretRef nor oidcExchangeToken, and the identity of a workload is not used — add clientSecretRef: {name: …}',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {clientSecretRef: {name: a}}}',
    'error spec.azureCredentials.clientID is missing — add clientID: the application',
    'error spec.azureCredentials.tenantID is missing — add tenantID: the tenant that the application belongs to',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {useManagedIdentity: true}}',
    'error spec.azureCredentials.useManagedIdentity is not served: the identity of a pod or machine is not used — write clientID, tenantID, and clientSecretRef or oidcExchangeToken',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {managedIdentity: {}}}',
    'error spec.azureCredentials.managedIdentity is not served: the identity of a pod or machine is not used — write clientID, tenantID, and clientSecretRef or oidcExchangeToken',
  ],
  [
    '{type: OpenAICredentials}',
    'error spec.openAICredentials is missing: type is OpenAICredentials — add openAICredentials, or change type',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {clientID: a, tenantID: b, clientSecretRef: {name: c}, oidcExchangeToken: {oidc: {provider: {issuer: "https://a.example"}, clientID: a, clientSecret: {name: b}}}}}',
    'error spec.azureCredentials clientSecretRef and oidcExchangeToken are given together — keep exactly one of clientSecretRef or oidcExchangeToken',
  ],
  [
    '{type: AzureCredentials, azureCredentials: {clientID: a, tenantID: b, oidcExchangeToken: {oidc: {provider: {issuer: "https://a.example"}, clientSecret: {name: b}}}}}',
    'error spec.azureCredentials.oidcExchangeToken.oidc needs one of clientID and clientIDRef — keep exactly one of them',
  ],
  [
    '{type: GCPCredentials, gcpCredentials: {projectName: a}}',
    'error spec.gcpCredentials.region is missing — add region: region of the service',
  ],
  [
    '{type: GCPCredentials, gcpCredentials: {projectName: a, region: b, isPassthrough: true}}',
    'error spec.gcpCredentials.isPassthrough is not served: callers have no credentials of their own for a provider — write projectName, region, and credentialsFile or workloadIdentityFederationConfig',
  ],
  [
    '{type: GCPCredentials, gcpCredentials: {isPassthrough: true}}',
    'error spec.gcpCredentials.isPassthrough is not served: callers have no credentials of their own for a provider — write projectName, region, and credentialsFile or workloadIdentityFederationConfig',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a}}, credentialOverride: {}}',
    'error spec.credentialOverride has none of fromRequestHeaders — add fromRequestHeaders: {}',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a}}, credentialOverride: {fromDynamicMetadata: {namespace: a}}}',
    'error spec.credentialOverride.fromDynamicMetadata is not served: no filter of yours runs in front of the gateway’s own — remove it',
  ],
  [
    '{type: APIKey, apiKey: {secretRef: {name: a}}, credentialOverride: {fromRequestHeaders: {header: "a b"}}}',
    'error spec.credentialOverride.fromRequestHeaders.header "a b" is not a header name — use letters, digits and -, such as x-team',
  ],
];

describe('BackendSecurityPolicy', () => {
  it('has its type and the block of that type', () => {
    expect(specOf('BackendSecurityPolicy', '{type: APIKey, apiKey: {secretRef: {name: openai}}}')).toEqual({
      targetRefs: [],
      type: 'APIKey',
      apiKey: { secretRef: { group: '', kind: 'Secret', name: 'openai' } },
    });
  });

  it('never repeats a key that somebody wrote in place of a reference', () => {
    const secret = 'verysecretvalue';
    for (const spec of [`{type: APIKey, apiKey: ${secret}}`, `{type: APIKey, apiKey: {secretRef: ${secret}}}`]) {
      const problems = problemsOf('BackendSecurityPolicy', spec);
      expect(problems).toHaveLength(1);
      expect(problems.join()).not.toContain(secret);
    }
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('BackendSecurityPolicy', spec)).toEqual(problems);
  });
});
