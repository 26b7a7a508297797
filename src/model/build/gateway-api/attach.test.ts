import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const gateway = (listeners: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: {listeners: [${listeners}]}
---
apiVersion: v1
kind: Service
metadata: {name: site, namespace: web}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: foreign, namespace: other}
spec: {ports: [{port: 80}]}
`;

const route = (parents: string, more = 'rules: [{backendRefs: [{name: site, port: 80}]}]'): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site, namespace: web}
spec: {parentRefs: [${parents}], ${more}}
`;

const labels: Readonly<Record<string, ReadonlyMap<string, string>>> = { web: new Map([['team', 'a']]) };

function build(text: string) {
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const surroundings = { ...secretsOnly(), namespaceLabels: (name: string) => labels[name] ?? new Map() };
  const built = buildModel(documents, surroundings);
  return {
    attached: built.attachments.map(({ outcome, listeners }) => (outcome === 'accepted' ? listeners : outcome.reason)),
    routes: built.gateways.flatMap(({ services }) => services.routes),
    problems: built.problems.map(({ path, reason }) => [path, reason]),
  };
}

const toEdge = (more = '') => `{name: edge, namespace: infra${more}}`;
const listener = (name: string, port: number, more = 'allowedRoutes: {namespaces: {from: All}}') =>
  `{name: ${name}, port: ${port}, protocol: HTTP, ${more}}`;

describe('where a route attaches', () => {
  it.each([
    ['from: All', ['http']],
    ['from: Same', 'NotAllowedByListeners'],
    ['from: Selector, selector: {matchLabels: {team: a}}', ['http']],
    ['from: Selector, selector: {matchLabels: {team: b}}', 'NotAllowedByListeners'],
    ['from: Selector, selector: {matchExpressions: [{key: team, operator: In, values: [a, b]}]}', ['http']],
  ])('is said by the namespaces that a listener allows: %s', (namespaces, expected) => {
    const text = gateway(listener('http', 80, `allowedRoutes: {namespaces: {${namespaces}}}`));
    expect(build(text + route(toEdge())).attached).toEqual([expected]);
  });

  it.each([
    ['HTTPRoute', ['http']],
    ['GRPCRoute', 'NotAllowedByListeners'],
  ])('is said by the kinds that a listener allows: %s', (kind, expected) => {
    const text = gateway(listener('http', 80, `allowedRoutes: {namespaces: {from: All}, kinds: [{kind: ${kind}}]}`));
    expect(build(text + route(toEdge())).attached).toEqual([expected]);
  });

  it.each([
    [toEdge(), ['a', 'b']],
    [toEdge(', sectionName: b'), ['b']],
    [toEdge(', port: 80'), ['a']],
    [toEdge(', sectionName: a, port: 81'), 'NoMatchingParent'],
    [toEdge(', sectionName: c'), 'NoMatchingParent'],
  ])('is said by what it names: %s', (parent, expected) => {
    const { attached, routes } = build(gateway(`${listener('a', 80)}, ${listener('b', 81)}`) + route(parent));
    expect(attached).toEqual([expected]);
    expect(routes.map(({ listeners }) => listeners)).toEqual(Array.isArray(expected) ? [expected] : []);
  });

  it('is said by the hosts that both have', () => {
    const all = 'allowedRoutes: {namespaces: {from: All}}';
    const text = gateway(listener('shops', 80, `hostname: "*.shop.test", ${all}`));
    const withHosts = (hosts: string) =>
      build(text + route(toEdge(), `hostnames: [${hosts}], rules: [{backendRefs: [{name: site, port: 80}]}]`));
    expect(withHosts('a.shop.test, b.test').routes[0]?.hostnames).toEqual(['a.shop.test']);
    expect(withHosts('"*.test"').routes[0]?.hostnames).toEqual(['*.shop.test']);
    expect(withHosts('b.test').attached).toEqual(['NoMatchingListenerHostname']);
  });
});

describe('a backend of another namespace', () => {
  const rules = `rules: [
    {matches: [{path: {value: /own}}], backendRefs: [{name: site, port: 80}]},
    {matches: [{path: {value: /foreign}}], backendRefs: [{name: foreign, namespace: other, port: 80}]}]`;
  const text = gateway(listener('http', 80)) + route(toEdge(), rules);

  it('closes its rule, and no other, while its owner has not permitted it', () => {
    const { routes, problems, attached } = build(text);
    expect(attached).toEqual([['http']]);
    expect(routes.map(({ action }) => action.kind)).toEqual(['forward', 'fail']);
    expect(problems).toEqual([['spec.rules[1].backendRefs[0]', 'RefNotPermitted']]);
  });

  it('serves when its owner has', () => {
    const grant = `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: web, namespace: other}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}], to: [{group: "", kind: Service}]}
`;
    const { routes, problems } = build(text + grant);
    expect(routes.map(({ action }) => action.kind)).toEqual(['forward', 'forward']);
    expect(problems).toEqual([]);
  });
});
