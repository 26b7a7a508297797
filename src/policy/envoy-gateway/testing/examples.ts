const route = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: models}';

/** Specs that use every field there is, and the shortest ones. */
export const envoyGatewayExamples = {
  Backend: [
    '{endpoints: [{fqdn: {hostname: api.openai.com, port: 443}}]}',
    `{
      type: Endpoints, endpoints: [{ip: {address: 192.0.2.10, port: 8000}, hostname: vllm.internal}, {ip: {address: "::1", port: 1}}],
      appProtocols: [gateway.envoyproxy.io/h2c],
      tls: {
        caCertificateRefs: [{kind: ConfigMap, group: "", name: ca}], sni: vllm.internal,
        clientCertificateRef: {group: "", kind: Secret, name: client, namespace: certs}
      }
    }`,
    '{endpoints: [{fqdn: {hostname: a, port: 1}}], tls: {wellKnownCACertificates: System}}',
  ],
  BackendTrafficPolicy: [
    `{targetRef: ${route}}`,
    `{
      targetRefs: [${route}, {group: gateway.networking.k8s.io, kind: Gateway, name: egress, sectionName: https}],
      retry: {
        numRetries: 5, numAttemptsPerPriority: 1, retryOn: {triggers: [connect-failure, retriable-status-codes], httpStatusCodes: [429, 500]},
        perRetry: {timeout: 30s, backOff: {baseInterval: 100ms, maxInterval: 10s}}
      },
      rateLimit: {type: Global, global: {rules: [
        {limit: {requests: 10, unit: Second}},
        {
          clientSelectors: [{headers: [{name: x-tenant, type: Distinct}, {name: x-stage, value: prod}]}],
          limit: {requests: 100000, unit: Hour}, shared: true, shadowMode: true,
          cost: {request: {from: Number, number: 0}, response: {from: Metadata, metadata: {namespace: io.envoy.ai_gateway, key: total}}}
        }
      ]}},
      timeout: {http: {requestTimeout: 5m, streamIdleTimeout: 30s}, tcp: {connectTimeout: 2s}},
      circuitBreaker: {maxConnections: 10, maxPendingRequests: 20, maxParallelRequests: 30, maxParallelRetries: 40}
    }`,
    `{targetSelectors: [{
      group: aigateway.envoyproxy.io, kind: AIGatewayRoute, matchLabels: {a: b}, matchExpressions: [{key: c, operator: DoesNotExist}]
    }]}`,
  ],
  ClientTrafficPolicy: [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: egress}, connection: {bufferLimit: 50Mi}}',
    `{
      targetSelectors: [{kind: Gateway}], connection: {bufferLimit: 52428800},
      tls: {clientValidation: {
        caCertificateRefs: [{kind: ConfigMap, group: "", name: clients, namespace: certs}], optional: false, mode: VerifyIfGiven
      }, minVersion: "1.2", maxVersion: "1.3", ciphers: [AES128-SHA], ecdhCurves: [X25519], signatureAlgorithms: [ed25519],
      alpnProtocols: [h2, http/1.1]}
    }`,
  ],
  SecurityPolicy: [
    `{targetRefs: [${route}], cors: {allowOrigins: ["*"]}}`,
    `{
      targetRef: ${route},
      apiKeyAuth: {
        credentialRefs: [{name: clients}, {group: "", kind: Secret, name: more, namespace: keys}],
        extractFrom: [{headers: [X-Api-Key]}], forwardClientIDHeader: x-client, sanitize: true
      },
      cors: {
        allowOrigins: ["https://app.example.com"], allowMethods: [GET], allowHeaders: [x-a], exposeHeaders: [x-b], maxAge: 10m,
        allowCredentials: true
      },
      jwt: {optional: true, providers: [
        {
          name: login, issuer: "https://login.example.com", audiences: [models],
          remoteJWKS: {uri: "https://login.example.com/keys", cacheDuration: 5m},
          claimToHeaders: [{claim: org.team, header: x-team}],
          extractFrom: {headers: [{name: x-token, valuePrefix: "Bearer "}]}, recomputeRoute: true
        },
        {name: inline, localJWKS: {type: Inline, inline: '{"keys": []}'}},
        {name: stored, localJWKS: {type: ValueRef, valueRef: {group: "", kind: ConfigMap, name: keys}}}
      ]}
    }`,
  ],
  EnvoyExtensionPolicy: [
    `{targetRefs: [${route}], lua: [{inline: "function envoy_on_request(h) end"}]}`,
    `{
      targetRef: ${route},
      lua: [{type: ValueRef, valueRef: {group: v1, kind: ConfigMap, name: scripts}}],
      wasm: [
        {name: waf, rootID: waf, failOpen: true, config: {rules: [a]}, pullPolicy: Always, env: {hostKeys: [STAGE]},
          code: {type: Image, image: {url: "registry.example.com/waf:v1", sha256: ${'ab'.repeat(32)}, pullSecretRef: {name: pull}}}},
        {code: {type: HTTP, http: {url: "https://files.example.com/waf.wasm", sha256: ${'cd'.repeat(32)}}}}
      ],
      extProc: [{
        backendRefs: [{group: "", kind: Service, name: guard, namespace: guards, port: 9002}], messageTimeout: 2s, failOpen: true,
        processingMode: {request: {body: Buffered, attributes: [request.path]}, response: {body: Streamed}, allowModeOverride: true},
        metadata: {accessibleNamespaces: [a], writableNamespaces: [com.example]}
      }]
    }`,
  ],
  EnvoyProxy: ['{}', '{provider: {type: Kubernetes, kubernetes: {envoyDeployment: {replicas: 2}}}, concurrency: 4}'],
  HTTPRouteFilter: ['{}'],
} as const;
