/** Specs that use every field there is, and the shortest ones. */
export const aiGatewayExamples = {
  AIGatewayRoute: [
    '{rules: [{backendRefs: [{name: openai}]}]}',
    `{
      targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: egress, sectionName: https}],
      schema: {name: OpenAI}, rules: [{backendRefs: [{name: openai}]}]
    }`,
    `{
      parentRefs: [{name: egress, kind: Gateway, group: gateway.networking.k8s.io, namespace: sluice-dataplane}],
      hostnames: [ai.example.com],
      rules: [{
        name: small,
        matches: [
          {headers: [{type: Exact, name: x-ai-eg-model, value: gpt-4o-mini}, {name: x-team, value: a}]},
          {headers: [{type: RegularExpression, name: x-ai-eg-model, value: "gpt-4o-mini-.*"}]}
        ],
        backendRefs: [
          {name: openai, weight: 70, priority: 0, modelNameOverride: gpt-4o-mini-2024-07-18},
          {name: azure.eu, namespace: shared, weight: 30,
            headerMutation: {set: [{name: X-Team, value: a b}], remove: [x-debug]},
            bodyMutation: {set: [{path: service_tier, value: '"scale"'}, {path: a.b, value: "[1, null]"}], remove: [metadata]}},
          {name: anthropic, priority: 1}
        ],
        timeouts: {request: 2m, backendRequest: 30s}, streamIdleTimeout: 30s, excludeFromModelsEndpoint: true,
        modelsOwnedBy: Platform team, modelsCreatedAt: "2026-05-21T10:00:00Z"
      }],
      llmRequestCosts: [
        {metadataKey: total, type: TotalToken}, {metadataKey: own, type: CEL, cel: "input_tokens + output_tokens * 6u"}
      ]
    }`,
  ],
  AIServiceBackend: [
    '{schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: openai}}',
    '{schema: {name: Anthropic, prefix: v1}, backendRef: {name: claude, namespace: models, port: 8080}}',
    `{
      schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: openai},
      backendSecurityPolicyRef: {group: aigateway.envoyproxy.io, kind: BackendSecurityPolicy, name: openai}
    }`,
    `{
      schema: {name: AzureOpenAI, version: 2025-01-01-preview, prefix: /openai/v1},
      backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: azure, namespace: shared, port: 443},
      headerMutation: {set: [{name: x-team, value: a}], remove: []}, bodyMutation: {set: [], remove: [metadata]}
    }`,
  ],
  BackendSecurityPolicy: [
    '{type: APIKey, apiKey: {secretRef: {name: openai}}}',
    `{
      targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: anthropic}],
      type: AnthropicAPIKey, anthropicAPIKey: {secretRef: {name: anthropic, namespace: keys, kind: Secret, group: ""}},
      credentialOverride: {fromRequestHeaders: {header: X-Own-Key, fallbackToConfigured: false}}
    }`,
    '{type: AzureAPIKey, azureAPIKey: {secretRef: {name: azure}}, credentialOverride: {fromRequestHeaders: {}}}',
    '{type: GoogleAPIKey, googleAPIKey: {secretRef: {name: gemini}}}',
    '{type: AWSCredentials, awsCredentials: {region: us-east-1}}',
    `{type: AWSCredentials, awsCredentials: {
      region: us-east-1, credentialsFile: {secretRef: {name: aws}, profile: models}, oidcExchangeToken: {
        oidc: {provider: {issuer: "https://login.example.com"}, clientID: a, clientSecret: {name: b}, scopes: [c], resources: [d]},
        grantType: client_credentials, aud: sts, awsRoleArn: "arn:aws:iam::123456789012:role/models"
      }}}`,
    '{type: AzureCredentials, azureCredentials: {clientID: a, tenantID: b, clientSecretRef: {name: c}}}',
    `{type: AzureCredentials, azureCredentials: {clientID: a, tenantID: b, oidcExchangeToken: {oidc: {
      provider: {issuer: "https://a.example", tokenEndpoint: "https://a.example/t"},
      clientIDRef: {name: c}, clientSecret: {name: b}
    }}}}`,
    '{type: GCPCredentials, gcpCredentials: {projectName: p, region: r, credentialsFile: {secretRef: {name: gcp}}}}',
    `{type: GCPCredentials, gcpCredentials: {projectName: p, region: r, workloadIdentityFederationConfig: {
      projectID: p, workloadIdentityPoolName: q, workloadIdentityProviderName: r,
      oidcExchangeToken: {oidc: {provider: {issuer: "https://a.example"}, clientID: a, clientSecret: {name: b}}},
      serviceAccountImpersonation: {serviceAccountName: s}
    }}}`,
  ],
  GatewayConfig: [
    '{}',
    `{
      globalLLMRequestCosts: [{metadataKey: input, type: InputToken}], forwardProxy: {address: "proxy.example.com:3128"}
    }`,
  ],
  QuotaPolicy: [
    '{}',
    `{
      targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: openai}],
      serviceQuota: {costExpression: total_tokens, quota: {limit: 1000000, duration: 1d}},
      perModelQuotas: [{modelName: gpt-4o-mini, quota: {
        costExpression: input_tokens + output_tokens, mode: Shared, defaultBucket: {limit: 100000, duration: 1h},
        bucketRules: [{
          clientSelectors: [{headers: [{type: Exact, name: X-Team, value: a}, {type: Distinct, name: x-user}]}],
          quota: {limit: 0, duration: 1m}, shadowMode: true
        }]
      }}]
    }`,
  ],
} as const;
