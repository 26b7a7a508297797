/** Specs that use every field there is, and the shortest ones. */
export const gatewayApiExamples = {
  Gateway: [
    '{listeners: [{name: http, port: 10080, protocol: HTTP}]}',
    `{
      gatewayClassName: sluice-egress, addresses: [{type: IPAddress, value: "::1"}],
      infrastructure: {
        labels: {a: b}, annotations: {example.com/c: any text},
        parametersRef: {group: sluice.dev, kind: GatewayParameters, name: large}
      },
      tls: {
        frontend: {
          default: {validation: {caCertificateRefs: [{kind: ConfigMap, name: clients}], mode: AllowValidOnly}},
          perPort: [{port: 8443, tls: {validation: {caCertificateRefs: [{group: "", kind: Secret, name: c, namespace: d}]}}}]
        },
        backend: {clientCertificateRef: {name: own}}
      },
      listeners: [{
        name: https, hostname: "*.example.com", port: 443, protocol: HTTPS,
        allowedRoutes: {
          kinds: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute}],
          namespaces: {from: Selector, selector: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: In, values: [d]}]}}
        },
        tls: {
          mode: Terminate, certificateRefs: [{kind: Secret, group: "", name: other, namespace: certs}],
          options: {sluice.dev/certificate-file: tls.crt, sluice.dev/key-file: tls.key}
        }
      }]
    }`,
  ],
  GatewayClass: [
    '{controllerName: sluice.dev/gateway-controller}',
    `{
      controllerName: sluice.dev/gateway-controller, description: For models.,
      parametersRef: {group: sluice.dev, kind: GatewayParameters, name: base, namespace: sluice-system}
    }`,
  ],
  HTTPRoute: [
    '{}',
    `{
      parentRefs: [
        {name: egress, namespace: sluice-dataplane, sectionName: https, port: 443},
        {group: gateway.networking.k8s.io, kind: Gateway, name: other}
      ],
      hostnames: [shop.example.com, "*.shop.example.com"],
      rules: [
        {
          name: carts,
          matches: [{
            path: {type: PathPrefix, value: /carts}, method: POST,
            headers: [{name: X-Tenant, value: a}, {type: RegularExpression, name: x-stage, value: "p.*"}],
            queryParams: [{type: Exact, name: debug, value: "1"}]
          }],
          filters: [
            {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], add: [{name: c, value: d}], remove: [e]}},
            {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [server]}},
            {type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}, fraction: {numerator: 1, denominator: 3}}},
            {type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 81}, percent: 10}},
            {type: URLRewrite, urlRewrite: {hostname: carts.internal, path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}},
            {type: CORS, cors: {
              allowOrigins: ["https://*.example.com"], allowMethods: [GET, POST], allowHeaders: [x-a], exposeHeaders: [x-b],
              allowCredentials: true, maxAge: 60
            }}
          ],
          backendRefs: [
            {name: carts, port: 8080, weight: 90},
            {group: gateway.envoyproxy.io, kind: Backend, name: carts-canary, namespace: canary, weight: 10,
              filters: [{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: x-canary, value: "1"}]}}]}
          ],
          timeouts: {request: 10s, backendRequest: 2s500ms}, retry: {codes: [502, 503], attempts: 2, backoff: 100ms}
        },
        {
          matches: [{path: {type: Exact, value: /}}, {path: {type: RegularExpression, value: "/v[0-9]+/.*"}}],
          filters: [{type: RequestRedirect, requestRedirect: {
            scheme: https, hostname: example.com, port: 8443, statusCode: 301, path: {type: ReplaceFullPath, replaceFullPath: ""}
          }}]
        }
      ]
    }`,
  ],
  ReferenceGrant: [
    '{from: [{group: a, kind: B, namespace: c}], to: [{group: "", kind: Secret}]}',
    `{
      from: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, namespace: team-a}],
      to: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: openai}, {group: "", kind: Service}]
    }`,
  ],
  BackendTLSPolicy: [
    `{
      targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: openai}],
      validation: {hostname: api.openai.com, wellKnownCACertificates: System}
    }`,
    `{
      targetRefs: [{group: "", kind: Service, name: vllm, sectionName: https}, {group: "", kind: Service, name: vllm}],
      validation: {
        hostname: vllm.internal, caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}],
        subjectAltNames: [{type: Hostname, hostname: "*.vllm.internal"}, {type: URI, uri: "spiffe://vllm.internal/one"}]
      }
    }`,
  ],
} as const;
