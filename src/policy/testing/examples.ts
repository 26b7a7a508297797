import { aiGatewayExamples } from '../ai-gateway/testing/examples.ts';
import { coreExamples } from '../core/testing/examples.ts';
import { envoyGatewayExamples } from '../envoy-gateway/testing/examples.ts';
import { gatewayApiExamples } from '../gateway-api/testing/examples.ts';
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
      targets: [{provider: openai, model: gpt-4o-mini, priority: 0, weight: 70}, {provider: anthropic, priority: 1, pricing: {input: 0, output: 0}}],
      retry: {
        on: [429, 5xx, bodyError], attemptTimeout: 2m, idleTimeout: 500ms, firstTokenTimeout: 15s,
        affinity: {header: x-conversation-id}, coolDown: {failures: 0, for: 1m}
      },
      pricing: {
        input: 0.15, output: "0.60", cachedInput: 0, cacheWrite: 0.2, cacheWrite1h: 0.3, reasoning: 0.6,
        audioInput: 1, audioOutput: 2, imageInput: 0.5, perImage: 0.04, perRequest: 0.0001,
        tiers: [{above: 200k, input: 0.3}], batch: {input: 0.075}, flex: {output: 0.1, tiers: []}, priority: {input: 1}
      },
      limits: {contextWindow: 128k, maxOutput: 16384},
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
  Guardrail: [
    '{rules: [{name: secrets, secrets: {}, action: block}]}',
    `{
      scope: {
        keys: [ci-*], users: [ana@example.com], teams: [payments], projects: [checkout], models: ["claude-*"],
        providers: [openai], apis: [chat.completions], headers: {x-tenant: [a, "b*"]}, labels: {stage: [prod]}
      },
      mode: observe,
      rules: [
        {name: words, keywords: [Project Falcon], action: block, message: Not here., severity: high},
        {name: cased, keywords: [ACME], action: observe, roles: [user, toolOutput]},
        {name: ids, on: [response], regex: {pattern: 'TCK-[0-9]{6}', caseInsensitive: true}, action: redact,
          redaction: {style: text, text: "[TICKET]"}, atHoldBackLimit: block, streaming: window},
        {name: data, pii: {minScore: 0.4, except: []}, action: redact, redaction: {style: mask, keepLast: 4}},
        {name: keys, secrets: {minScore: 0}, action: redact, redaction: {style: label}},
        {name: jailbreak, injection: {sensitivity: high, threshold: 0.7}, action: block},
        {name: azure, azureContentSafety: {
            endpoint: "https://acs.example.com", credential: {apiKey: {env: ACS_KEY}}, thresholds: {hate: 2},
            blocklists: [ours], haltOnBlocklistHit: true, promptShield: true
          }, action: block, timeout: 800ms, onFailure: open, concurrency: 8, cacheFor: 0s},
        {name: openai, openaiModeration: {
            endpoint: "https://api.example.com/v1", credential: {apiKey: {file: key}}, model: omni-moderation-latest,
            categories: [violence], thresholds: {violence: 0.8}
          }, action: observe},
        {name: bedrock, on: [request, response], bedrockGuardrail: {
            region: eu-central-1, guardrailId: abc123, version: "1", endpoint: "https://vpce.example.com",
            credential: {aws: {accessKeyId: {env: ID}, secretAccessKey: {env: SECRET}, sessionToken: {env: TOKEN}}}
          }, action: redact},
        {name: own, webhook: {
            url: "https://guard.example.com/check", credential: {apiKey: {env: HOOK}, header: x-key, prefix: "v1 "},
            headers: {x-team: ai}, ca: {file: ca.pem}
          }, action: redact}
      ]
    }`,
  ],
  Limit: [
    '{requests: 60, window: 1m}',
    '{concurrency: 10, per: [key]}',
    `{
      scope: {teams: [payments]}, per: [key, model, "header:x-tenant"], tokens: 100k,
      window: {calendar: day, timeZone: Europe/Berlin}, algorithm: fixed, onStoreFailure: closed, maxDistinct: 1k,
      defaultOutputReserve: 500
    }`,
  ],
  Budget: [
    '{amount: {tokens: 10M}, period: {rolling: 30d}}',
    `{
      scope: {teams: [payments]}, per: [team], amount: {usd: "500.25"},
      period: {calendar: month, timeZone: Europe/Berlin}, enforce: block, alertAt: [100, 50],
      override: {amount: {usd: 800}, until: "2027-01-01T00:00:00Z"}, unpriced: allow, endStreams: true,
      onStoreFailure: open, maxDistinct: 100, defaultOutputReserve: 0
    }`,
  ],
  PriceCatalogue: [
    '{prices: [{model: gpt-4o-mini, pricing: {input: 0.15, output: 0.60}}]}',
    `{
      prices: [
        {provider: openai, model: gpt-4o-mini, pricing: {input: 0.15, output: "0.60", tiers: [{above: 200k, input: 0.3}]}},
        {provider: shared/azure-eu, model: gpt-4o-mini, pricing: {input: 0.17, batch: {input: 0.08}}},
        {model: openai/gpt-oss-120b, pricing: {perRequest: 0}}
      ]
    }`,
  ],
  GatewayPolicy: [
    '{}',
    `{
      targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge},
      clientCertificates: {ca: {file: clients.pem}, require: false}, maxBodySize: 20MiB,
      cors: {allowOrigins: ["https://app.example.com", "*"]}, accessLog: {fields: full},
      telemetry: {otlp: {endpoint: "http://collector:4318"}},
      store: {redis: {
        addresses: ["redis:6379", "[::1]:6379"], cluster: false, username: sluice, password: {file: redis}, database: 1,
        sentinel: {master: main, username: s, password: {env: SENTINEL}},
        tls: {ca: {file: ca.pem}, clientCertificate: {certificate: {file: c}, key: {file: k}}, serverName: redis},
        keyPrefix: "sluice:a", commandTimeout: 100ms, mostQueued: 5k, replicas: 3, leaseTokens: 10k
      }},
      records: {usage: {file: usage.jsonl, redisStream: {name: usage, maxLength: 1M}}, decisions: {stdout: true}},
      anonymous: {key: guest}, usage: {includeUsage: false}, redactionSecret: {env: REDACTION_SECRET}
    }`,
    '{store: {memory: {snapshot: counters.json}}}',
    `{
      extensions: [
        {wasm: {
          url: "https://files.example.com/waf.wasm", sha256: ${'0123456789abcdef'.repeat(4)}, config: {rules: [block]},
          rootId: waf, env: [WAF_MODE], onFailure: open
        }},
        {wasm: {url: "https://files.example.com/waf.wasm", sha256: ${'0123456789abcdef'.repeat(4)}}},
        {lua: {inline: "function envoy_on_request(handle) end"}},
        {lua: {file: scripts/tenant.lua, onFailure: open}},
        {lua: {configMapKeyRef: {name: scripts, key: tenant.lua}}},
        {extProc: {endpoint: "http://checker:9002", request: {}}},
        {extProc: {
          endpoint: "https://checker.example.com", ca: {file: ca.pem}, messageTimeout: 1s,
          request: {body: buffered, attributes: [request.path]}, response: {body: streamed}, onFailure: open
        }},
        {extProc: {serviceRef: {name: checker, namespace: tools, port: 9002}, response: {}}}
      ]
    }`,
  ],
  GatewayParameters: [
    '{}',
    `{
      images: {
        envoy: {registry: registry.example.com/mirror, repository: envoy, tag: v1.40.0, pullPolicy: Always},
        processor: {digest: "sha256:${'0123456789abcdef'.repeat(4)}"}, pullSecrets: [regcred]
      },
      envoy: {
        env: [{name: A, value: b}], resources: {limits: {cpu: 2, memory: 1Gi}}, logLevel: debug, concurrency: 2,
        securityContext: {runAsUser: 1000}, maxConnections: 50000, maxHeap: 1GiB
      },
      processor: {
        env: [{name: K, valueFrom: {secretKeyRef: {name: s, key: k}}}], resources: {requests: {cpu: 500m}},
        logLevel: warn, securityContext: {}, workers: 2
      },
      log: {level: info, format: text}, autoscaling: {min: 3, max: 12, cpu: 60}, podDisruptionBudget: {minAvailable: 2},
      shutdown: {min: 15s, max: 10m},
      service: {
        type: LoadBalancer, labels: {a: b}, annotations: {example.com/internal: "true"}, externalTrafficPolicy: Local,
        loadBalancerClass: example.com/internal, loadBalancerSourceRanges: [10.0.0.0/8], clusterIP: 10.0.0.7
      },
      serviceAccount: {name: egress, annotations: {example.com/role: r}, mountToken: true},
      pod: {
        labels: {a: b}, annotations: {c: d}, nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}], affinity: {},
        topologySpread: [{maxSkew: 1}], securityContext: {fsGroup: 1}, priorityClassName: high, runtimeClassName: gvisor
      },
      networkPolicy: {enabled: true},
      store: {redis: {addresses: ["redis.sluice-dataplane.svc:6379"], password: {secretKeyRef: {name: redis, key: p}}}},
      overlays: {
        deployment: {metadata: {labels: {a: b}, annotations: {c: d}}, spec: {template: {spec: {hostNetwork: null}}}},
        service: {spec: {sessionAffinity: ClientIP}}, serviceAccount: {metadata: {annotations: {e: f}}},
        podDisruptionBudget: {spec: {unhealthyPodEvictionPolicy: AlwaysAllow}},
        horizontalPodAutoscaler: {spec: {behavior: {scaleDown: {stabilizationWindowSeconds: 600}}}}
      }
    }`,
    '{replicas: 1, podDisruptionBudget: {maxUnavailable: 1}}',
  ],
  ...gatewayApiExamples,
  ...aiGatewayExamples,
  ...envoyGatewayExamples,
  ...coreExamples,
};
