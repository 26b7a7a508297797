import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec is for nothing — add targetRefs: [{group: …, kind: …, name: …}]'],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}]}',
    'error spec has targetRef and targetRefs — keep one of them',
  ],
  ['{targetRefs: []}', 'error spec.targetRefs is empty — name a Gateway, HTTPRoute or AIGatewayRoute'],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: GRPCRoute, name: a}}',
    'error spec.targetRef.kind GRPCRoute is nothing that this policy can be for — write Gateway, HTTPRoute or AIGatewayRoute',
  ],
  ['{targetRef: {kind: HTTPRoute, name: a}}', 'error spec.targetRef.group is missing — add group: group of the target'],
  [
    '{targetRef: {group: aigateway.envoyproxy.io, kind: HTTPRoute, name: a}}',
    'error spec.targetRef.group "aigateway.envoyproxy.io" is not the group of HTTPRoute — write gateway.networking.k8s.io',
  ],
  [
    '{targetSelectors: [{kind: Service}]}',
    'error spec.targetSelectors[0].kind Service is nothing that this policy can be for — write Gateway, HTTPRoute or AIGatewayRoute',
  ],
  [
    '{targetSelectors: [{kind: HTTPRoute, namespaces: {from: All}}]}',
    'error spec.targetSelectors[0].namespaces is not served: a policy is for its own namespace — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {numRetries: -1}}',
    'error spec.retry.numRetries -1 is less than 0 — write a whole number from 0 to 100',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {retryOn: {triggers: [429]}}}',
    'error spec.retry.retryOn.triggers[0] 429 is not a possible value — write 5xx, gateway-error, reset, reset-before-request, connect-failure, retriable-4xx, refused-stream or retriable-status-codes',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {retryOn: {triggers: [unavailable]}}}',
    'error spec.retry.retryOn.triggers[0] unavailable is not served: models do not answer in gRPC — write 5xx, gateway-error, reset, reset-before-request, connect-failure, retriable-4xx, refused-stream or retriable-status-codes',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {retryOn: {triggers: [5XX]}}}',
    'error spec.retry.retryOn.triggers[0] "5XX" is not a possible value — write 5xx; served: 5xx, gateway-error, reset, reset-before-request, connect-failure, retriable-4xx, refused-stream or retriable-status-codes',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {retryOn: {httpStatusCodes: [5xx]}}}',
    'error spec.retry.retryOn.httpStatusCodes[0] "5xx" is not a whole number — write a whole number from 100 to 599',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {retryOn: {httpStatusCodes: [600]}}}',
    'error spec.retry.retryOn.httpStatusCodes[0] 600 is more than 599 — write a whole number from 100 to 599',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, retry: {perRetry: {timeout: 30}}}',
    'error spec.retry.perRetry.timeout 30 is not a duration — write a duration such as 30s, 1m30s or 250ms',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {local: {rules: []}}}',
    'error spec.rateLimit.local is not served: counters of single gateways are not kept; write global — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {}}}',
    'error spec.rateLimit.global.rules is missing — add rules: limits',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{}]}}}',
    'error spec.rateLimit.global.rules[0].limit is missing — add limit: what is allowed',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{limit: {requests: 0, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].limit.requests 0 is less than 1 — write a whole number from 1 to 4294967295',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{limit: {requests: 1, unit: Fortnight}}]}}}',
    'error spec.rateLimit.global.rules[0].limit.unit "Fortnight" is not a possible value — write Second, Minute, Hour, Day, Week, Month or Year',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{clientSelectors: [{}], limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].clientSelectors[0].headers is missing — name a header',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{clientSelectors: [{headers: [{name: a, value: b}], sourceCIDR: {value: 10.0.0.0/8}}], limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].clientSelectors[0].sourceCIDR is not served: callers are told apart by headers; a Limit of sluice.dev knows keys, users, teams and models — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{clientSelectors: [{headers: [{name: a, value: b, invert: true}]}], limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].clientSelectors[0].headers[0].invert is not served: counters are for those who match — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{cost: {response: {from: Metadata}}, limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].cost.response.metadata is missing: from is Metadata — add metadata: {namespace: io.envoy.ai_gateway, key: …}',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{cost: {response: {from: Number, metadata: {namespace: a, key: b}}}, limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].cost.response.metadata is given, but from is Number — remove it, or write from: Metadata',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{cost: {request: {from: Metadata, number: 1}}, limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].cost.request.number is given, but from is Metadata — remove it, or write from: Number',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{cost: {request: {from: Number, number: -1}}, limit: {requests: 1, unit: Hour}}]}}}',
    'error spec.rateLimit.global.rules[0].cost.request.number -1 is less than 0 — write a whole number from 0 to 4294967295',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, timeout: {http: {requestTimeout: "60"}}}',
    'error spec.timeout.http.requestTimeout "60" is not a duration — write a duration such as 30s, 1m30s or 250ms',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, timeout: {http: {maxConnectionDuration: 1h}}}',
    'error spec.timeout.http.maxConnectionDuration is not served: connections are kept for as long as they work — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, circuitBreaker: {maxConnections: -1}}',
    'error spec.circuitBreaker.maxConnections -1 is less than 0 — write a whole number from 0 to 4294967295',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, circuitBreaker: {retryBudget: {percent: {numerator: 1}}}}',
    'error spec.circuitBreaker.retryBudget is not served: attempts are counted by request — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, healthCheck: {active: {type: HTTP}}}',
    'error spec.healthCheck.active is not served: failures are found by requests, not by probes — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, loadBalancer: {type: Random}}',
    'error spec.loadBalancer is not served: backends are chosen by weight and priority of the route — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, faultinjection: {}}',
    'error spec.faultinjection is not a known field — remove it; known here: targetRef, targetRefs, targetSelectors, retry, rateLimit, timeout, circuitBreaker or healthCheck',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, healthCheck: {passive: {baseEjectionTime: 5s}}}',
    'warning spec.healthCheck.passive has no effect here: a backend that keeps failing is passed over for a while, unless it is the last one — remove it, unless others read it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}, rateLimit: {global: {rules: [{limit: {requests: 1, unit: Hour, fromMetadata: {namespace: a, key: b}}}]}}}',
    'error spec.rateLimit.global.rules[0].limit.fromMetadata is not served: limits are not taken from requests — remove it',
  ],
];

describe('BackendTrafficPolicy', () => {
  it('has no defaults of its own, so that policies of several levels can be merged', () => {
    expect(
      specOf('BackendTrafficPolicy', '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: egress}}'),
    ).toEqual({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'egress' }],
      targetSelectors: [],
    });
  });

  it('can be for an AIGatewayRoute, under its own kind and as an HTTPRoute', () => {
    const targets = [
      '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a, sectionName: first}',
      '{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: a}',
    ];
    expect(problemsOf('BackendTrafficPolicy', `{targetRefs: [${targets.join(', ')}]}`)).toEqual([]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('BackendTrafficPolicy', spec)).toEqual(problems);
  });
});
