import { expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { problemText } from '../../../policy/testing/problem-text.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const manifests = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: g}
spec: {listeners: [{name: http, protocol: HTTP, port: 80}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec:
  responseCache: {enabled: true, ttl: 30m}
  rateLimitsFromHeaders: [{metadataKey: a, header: x-limit}]
  parentRefs: [{name: g, kind: Gateway, group: gateway.networking.k8s.io}]
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: m}]}]
      backendRefs: [{name: b, alias: cheap}, {name: b, alias: fast, priority: 1}]
      mirrors: [{backendRef: {name: b}}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: b}
spec:
  schema: {name: OpenAI, prefix: /v1, capabilities: {messagesTranslation: Responses}}
  backendRef: {name: b, kind: Backend, group: gateway.envoyproxy.io}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: b}
spec: {endpoints: [{fqdn: {hostname: b.example, port: 80}}]}
`;

it('tells of fields that are not served yet, and serves the rest of their documents', () => {
  const { documents, problems } = parseDocuments(manifests, 'policy.yaml', '.', { now: 0 });
  expect(problems.map(problemText).map((text) => text.replace(/^\S+ /, ''))).toEqual([
    'AIGatewayRoute/r: spec.rules[0].backendRefs[0].alias is not served yet: callers do not choose the order of backends — remove it; the rest is in force',
    'AIGatewayRoute/r: spec.rules[0].backendRefs[1].alias is not served yet: callers do not choose the order of backends — remove it; the rest is in force',
    'AIGatewayRoute/r: spec.rules[0].mirrors is not served yet: a request goes to one backend at a time — remove it; the rest is in force',
    'AIGatewayRoute/r: spec.responseCache is not served yet: answers are not kept — remove it; the rest is in force',
    'AIGatewayRoute/r: spec.rateLimitsFromHeaders is not served yet: limits are not taken from requests — remove it; the rest is in force',
    'AIServiceBackend/b: spec.schema.capabilities is not served yet: no request is translated from one API into another — remove it; the rest is in force',
  ]);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const built = buildModel(documents, secretsOnly());
  expect(built.problems).toEqual([]);
  expect(built.gateways[0]?.routes.map(({ targets }) => targets)).toEqual([
    [
      { provider: 'b', priority: 0, weight: 1 },
      { provider: 'b', priority: 1, weight: 1 },
    ],
  ]);
  expect(built.gateways[0]?.providers[0]?.endpoint.basePath).toBe('/v1');
});

it('leaves out a target of another kind, and serves the rest of the rule and of the route', () => {
  const withPool = manifests.replace(
    '{name: b, alias: cheap}',
    '{name: p, group: inference.networking.k8s.io, kind: InferencePool}',
  );
  const { documents } = parseDocuments(withPool, 'policy.yaml', '.', { now: 0 });
  const built = buildModel(documents, secretsOnly());
  expect(built.problems.map((problem) => [problem.reason, problemText(problem).replace(/^\S+ /, '')])).toEqual([
    [
      'InvalidKind',
      'AIGatewayRoute/r: spec.rules[0].backendRefs[0].kind InferencePool of inference.networking.k8s.io is no AIServiceBackend, so this target is left out — name an AIServiceBackend, without group and kind',
    ],
  ]);
  expect(built.gateways[0]?.routes.map(({ targets }) => targets)).toEqual([
    [{ provider: 'b', priority: 1, weight: 1 }],
  ]);
});

it('knows an AIServiceBackend by its group and kind, too', () => {
  const named = manifests.replace(
    '{name: b, alias: cheap}',
    '{name: b, group: aigateway.envoyproxy.io, kind: AIServiceBackend}',
  );
  const { documents } = parseDocuments(named, 'policy.yaml', '.', { now: 0 });
  const built = buildModel(documents, secretsOnly());
  expect(built.problems).toEqual([]);
  expect(built.gateways[0]?.routes[0]?.targets).toHaveLength(2);
});

it.each([
  [
    'timeout: {tcp: {connectTimeout: 2s}}',
    'warning spec.timeout.tcp.connectTimeout is not served: connections have 5s to come about — remove it; the rest is in force',
  ],
  [
    'circuitBreaker: {maxParallelRequests: 10}',
    'error spec.circuitBreaker is not served: what runs at once is not bounded per backend — write a Limit with concurrency',
  ],
])('warns of a nicety that is missing in a policy, and refuses a bound that is not kept: %s', (field, problem) => {
  const policy = `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: t}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], retry: {numRetries: 1}, ${field}}
`;
  const { documents } = parseDocuments(manifests + policy, 'policy.yaml', '.', { now: 0 });
  const built = buildModel(documents, secretsOnly());
  const said = built.problems.map((each) => `${each.severity} ${problemText(each).replace(/^\S+ \S+ /, '')}`);
  expect(said).toEqual([problem]);
  expect(built.gateways[0]?.routes[0]?.attempts?.most).toBe(2);
});

it('tells of callers who choose the order of backends by an annotation', () => {
  const said = (value: string) => {
    const annotated = manifests.replace(
      'metadata: {name: r}',
      `metadata: {name: r, annotations: {aigateway.envoyproxy.io/dynamic-fallback: "${value}"}}`,
    );
    const { documents } = parseDocuments(annotated, 'policy.yaml', '.', { now: 0 });
    return buildModel(documents, secretsOnly()).problems.map(problemText);
  };
  expect(said('true')).toEqual([
    'policy.yaml:7: AIGatewayRoute/r: metadata.annotations.aigateway.envoyproxy.io/dynamic-fallback is not served yet: callers do not choose the order of backends — remove it; the priorities of the backends are in force',
  ]);
  expect(said('false')).toEqual([]);
});
