import type { Kind } from '../kinds.ts';

/** Specs that use every field there is, and the shortest ones. */
export const examples: { readonly [K in Kind]: readonly string[] } = {
  Provider: [
    '{preset: ollama}',
    '{schema: openai, credential: {apiKey: {env: OPENAI_API_KEY}}}',
    `{
      schema: anthropic, endpoint: "https://anthropic.internal.example:8443/v1", network: private,
      credential: {apiKey: {secretKeyRef: {name: anthropic, key: api-key, namespace: ai}}},
      tls: {ca: {file: ca.pem}, clientCertificate: {certificate: {file: a}, key: {env: KEY}}, serverName: real.example},
      headers: {set: {x-team: ai}, remove: [x-debug]},
      body: {set: {store: false, nested: {a: [1, null]}}, remove: [metadata]},
      connectTimeout: 250ms, passthrough: {paths: ["/v1/audio/*"]}
    }`,
  ],
  Model: [
    '{targets: [{provider: openai}]}',
    `{
      name: openai/gpt-4o, aliases: [gpt-4o],
      targets: [{provider: openai, model: gpt-4o-mini, priority: 0, weight: 70}, {provider: anthropic, priority: 1}],
      retry: {
        on: [429, 5xx, bodyError], attemptTimeout: 2m, idleTimeout: 500ms, firstTokenTimeout: 15s,
        affinity: {header: x-conversation-id}, coolDown: {failures: 0, for: 1m}
      },
      pricing: {input: 0.15, output: "0.60", cachedInput: 0}, limits: {contextWindow: 128k, maxOutput: 16384},
      enabled: false, listed: false
    }`,
  ],
  ApiKey: [
    `{hash: "sha256:${'a1'.repeat(32)}"}`,
    `{
      secretRef: {file: keys/checkout}, owner: {user: ana@example.com, team: payments, project: checkout},
      models: {allow: [small, "claude-*"], deny: ["*-preview"]},
      routing: {active: false, chains: [{models: [small], targets: [{provider: azure-eu, model: mini}]}]},
      credentials: [{provider: openai, apiKey: {env: TEAM_OPENAI_KEY}}],
      expires: "2027-01-01T00:00:00.5+01:00", enabled: false
    }`,
  ],
  GatewayPolicy: [
    '{}',
    `{
      targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge},
      clientCertificates: {ca: {file: clients.pem}, require: false}, maxBodySize: 20MiB,
      cors: {allowOrigins: ["https://app.example.com", "*"]}, accessLog: {fields: full},
      telemetry: {otlp: {endpoint: "http://collector:4317"}}
    }`,
  ],
  Gateway: [
    '{listeners: [{name: http, port: 10080, protocol: HTTP}]}',
    `{
      gatewayClassName: sluice, addresses: [{type: IPAddress, value: "::1"}], infrastructure: {labels: {a: b}},
      listeners: [{
        name: https, hostname: "*.example.com", port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}},
        tls: {
          mode: Terminate, certificateRefs: [{kind: Secret, group: "", name: other, namespace: certs}],
          options: {sluice.dev/certificate-file: tls.crt, sluice.dev/key-file: tls.key}
        }
      }]
    }`,
  ],
};
