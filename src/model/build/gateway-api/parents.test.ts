import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const gateway = (namespace: string, allowedRoutes: string, name = 'edge'): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}}
spec: {listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: ${allowedRoutes}}]}
`;

const httpRoute = (parents: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site, namespace: web}
spec: {parentRefs: [${parents}], rules: [{filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /}}}]}]}
`;

const aiRoute = (parents: string): string => `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat, namespace: web}
spec: {parentRefs: [${parents}], rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: b}]}]}
`;

const forAll = '{namespaces: {from: All}}';

function build(text: string) {
  const { documents, problems: wrong } = parseDocuments(text, 'policy.yaml', '.');
  expect(wrong.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { gateways, attachments, problems } = buildModel(documents, secretsOnly());
  return {
    parents: attachments.map(({ document, parent, outcome }) => [
      document,
      parent,
      outcome === 'accepted' ? outcome : outcome.reason,
    ]),
    outcomes: attachments.map(({ outcome }) => (outcome === 'accepted' ? outcome : outcome.reason)),
    messages: attachments.flatMap(({ outcome }) => (outcome === 'accepted' ? [] : outcome.message)),
    served: gateways.filter(({ services }) => services.routes.length > 0).map(({ name }) => name),
    routes: gateways.flatMap(({ services }) => services.routes),
    problems: problems
      .filter(({ path }) => /^spec\.(parent|target)Refs/.test(path))
      .map(({ severity, path, reason }) => [severity, path, reason]),
  };
}

describe('the Gateway that a route is part of', () => {
  const two = gateway('infra', forAll) + gateway('other', forAll);

  it('is the one of the namespace that it names, and of no other where two have the name', () => {
    expect(build(two + httpRoute('{name: edge, namespace: other}')).served).toEqual(['other/edge']);
    expect(build(two + httpRoute('{name: edge, namespace: infra}')).served).toEqual(['infra/edge']);
  });

  it('is found under the older name of the field as well, and what is wrong is said there', () => {
    const target = (name: string) => `{group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}`;
    const inNamespace = (route: string) => two + route.replace('namespace: web', 'namespace: infra');
    const older = (name: string) =>
      inNamespace(aiRoute('').replace('parentRefs: []', `targetRefs: [${target('edge')}, ${target(name)}]`));
    const { parents, problems } = build(older('gone'));
    expect(parents).toEqual(build(inNamespace(aiRoute('{name: edge}'))).parents);
    expect(parents.map(([, , outcome]) => outcome)).toEqual(['accepted']);
    expect(problems).toEqual([['warning', 'spec.targetRefs[1]', 'NoMatchingParent']]);
  });

  it('is looked for in the namespace of the route where none is named', () => {
    const { served, problems } = build(two + httpRoute('{name: edge}'));
    expect(served).toEqual([]);
    expect(problems).toEqual([['warning', 'spec.parentRefs[0]', 'NoMatchingParent']]);
    expect(build(gateway('web', forAll) + httpRoute('{name: edge}')).served).toEqual(['web/edge']);
  });

  it('may be several', () => {
    const parents = '{name: edge, namespace: infra}, {name: edge, namespace: other}';
    expect(build(two + httpRoute(parents)).served).toEqual(['infra/edge', 'other/edge']);
  });

  it.each([
    ['kind', '{kind: Service, group: gateway.networking.k8s.io, name: edge, namespace: infra}'],
    ['group', '{group: example.com, kind: Gateway, name: edge, namespace: infra}'],
  ])('is no parent of another %s, about which nothing is said', (_, parent) => {
    const { served, parents, problems } = build(two + httpRoute(`${parent}, {name: edge, namespace: other}`));
    expect(served).toEqual(['other/edge']);
    expect(parents).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it('is told what became of each reference, as it was written', () => {
    const parents = '{name: edge, namespace: infra, sectionName: http, port: 80}, {name: edge, namespace: other}';
    const written = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' };
    expect(build(gateway('infra', forAll) + gateway('other', '{}') + httpRoute(parents)).parents).toEqual([
      ['HTTPRoute/web/site', { ...written, namespace: 'infra', sectionName: 'http', port: 80 }, 'accepted'],
      ['HTTPRoute/web/site', { ...written, namespace: 'other' }, 'NotAllowedByListeners'],
    ]);
  });

  it('says which hosts it serves where the route has others', () => {
    const text = gateway('infra', forAll).replace('port: 80', 'port: 80, hostname: shop.test');
    const route = httpRoute('{name: edge, namespace: infra}').replace('rules:', 'hostnames: [web.test], rules:');
    expect(build(text + route).messages).toEqual(['has no host in common with Gateway "edge", which serves shop.test']);
  });

  it('is in a folder without Gateways the one that nobody wrote, with the hosts of the route', () => {
    const text = httpRoute('{name: edge}').replace('rules:', 'hostnames: [web.test], rules:');
    const { routes, problems } = build(text);
    expect(routes.map(({ listeners, hostnames }) => ({ listeners, hostnames }))).toEqual([
      { listeners: ['http'], hostnames: ['web.test'] },
    ]);
    expect(problems).toEqual([]);
  });
});

describe('kinds that a listener allows', () => {
  const parent = '{name: edge, namespace: infra}';
  const allowing = (...kinds: readonly string[]) =>
    gateway('infra', `{namespaces: {from: All}, kinds: [${kinds.map((kind) => `{${kind}}`).join()}]}`);
  const aiKind = 'group: aigateway.envoyproxy.io, kind: AIGatewayRoute';

  it('are an AIGatewayRoute’s own, or HTTPRoute, which is what it is made of', () => {
    expect(build(allowing(aiKind) + aiRoute(parent)).outcomes).toEqual(['accepted']);
    expect(build(allowing('kind: HTTPRoute') + aiRoute(parent)).outcomes).toEqual(['accepted']);
    expect(build(allowing('kind: GRPCRoute') + aiRoute(parent)).outcomes).toEqual(['NotAllowedByListeners']);
  });

  it('let no HTTPRoute in where only AIGatewayRoutes are allowed', () => {
    expect(build(allowing(aiKind) + httpRoute(parent)).outcomes).toEqual(['NotAllowedByListeners']);
  });

  it('are those of the group that is written with them', () => {
    expect(build(allowing('group: example.com, kind: HTTPRoute') + httpRoute(parent)).outcomes).toEqual([
      'NotAllowedByListeners',
    ]);
  });

  it('may be several, of which one suffices', () => {
    expect(build(allowing('kind: GRPCRoute', 'kind: HTTPRoute') + httpRoute(parent)).outcomes).toEqual(['accepted']);
  });
});
