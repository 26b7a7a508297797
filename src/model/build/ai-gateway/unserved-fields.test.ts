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
  parentRefs: [{name: g, kind: Gateway, group: gateway.networking.k8s.io}]
  rules:
    - matches: [{headers: [{name: x-ai-eg-model, value: m}]}]
      backendRefs: [{name: b, alias: cheap}, {name: b, alias: fast, priority: 1}]
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
    'AIServiceBackend/b: spec.schema.capabilities is not served yet: no request is translated from one API into another — remove it; the rest is in force',
  ]);
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
