import { expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const text = `
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site}
spec:
  parentRefs: [{name: edge}]
  rules:
    - {matches: [{path: {value: /cart}}, {path: {value: cart}}], backendRefs: [{name: shop, port: 80}], sessionPersistence: {}}
    - {matches: [{path: {value: lost}}], backendRefs: [{name: shop, port: 80}]}
    - {backendRefs: [{name: shop, port: 80}, {name: gone, port: 80}]}
    - {matches: [], backendRefs: [{name: shop, port: 80}], sessionPersistence: {}}
    - {matches: [], backendRefs: [{name: shop, port: 80}]}
`;

it('answers 500 for what a wrong rule of a route is for, and serves the others', () => {
  const { documents, barriers } = parseDocuments(text, 'policy.yaml', '.');
  const { gateways, problems } = buildModel([...documents, ...barriers], secretsOnly());
  const routes = gateways[0]?.services.routes.map(({ id, match, action }) => [id, match.path.value, action.kind]);
  expect(routes).toEqual([
    ['HTTPRoute/site/0/0', '/cart', 'fail'],
    ['HTTPRoute/site/2/0', '/', 'forward'],
    ['HTTPRoute/site/3/0', '/', 'fail'],
    ['HTTPRoute/site/4/0', '/', 'forward'],
  ]);
  // What is wrong with the rules themselves was said when they were read.
  expect(problems.map(({ path, reason }) => [path, reason])).toEqual([
    ['spec.rules[2].backendRefs[1]', 'BackendNotFound'],
  ]);
});
