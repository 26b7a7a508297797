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

/** `wrong`: where listeners are wrong. */
function build(text: string, wrong: readonly string[] = []) {
  const { documents, problems: found } = parseDocuments(text, 'policy.yaml', '.');
  expect(found.filter(({ severity }) => severity === 'error').map(({ path }) => path)).toEqual(wrong);
  const surroundings = { ...secretsOnly(), namespaceLabels: (name: string) => labels[name] ?? new Map() };
  const built = buildModel(documents, surroundings);
  return {
    attached: built.attachments.map(({ outcome, listeners }) => (outcome === 'accepted' ? listeners : outcome.reason)),
    routes: built.gateways.flatMap(({ services }) => services.routes),
    backends: built.gateways.flatMap(({ services }) => services.backends),
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

describe('hosts of a route', () => {
  const all = 'allowedRoutes: {namespaces: {from: All}}';
  const text = gateway(
    [
      listener('shops', 80, `hostname: "*.shop.test", ${all}`),
      listener('web', 81, `hostname: web.test, ${all}`),
      '{name: tcp, port: 82, protocol: TCP, hostname: tcp.test}',
    ].join(),
  );
  const withHosts = (parents: string, hosts: string) =>
    build(text + route(parents, `hostnames: [${hosts}], rules: [{backendRefs: [{name: site, port: 80}]}]`), [
      'spec.listeners[2].protocol',
    ]).problems;

  it('are said that no listener has which the route is for', () => {
    const idle = [['spec.hostnames[1]', undefined]];
    expect(withHosts(toEdge(), 'a.shop.test, b.test, web.test')).toEqual(idle);
    expect(withHosts(toEdge(', sectionName: shops'), 'a.shop.test, web.test')).toEqual(idle);
    const both = `${toEdge(', sectionName: shops')}, ${toEdge(', sectionName: web')}`;
    expect(withHosts(both, 'a.shop.test, web.test')).toEqual([]);
    expect(withHosts(toEdge(), '"*.test"')).toEqual([]);
  });

  it('may be those of a listener that is wrong, or of somebody else', () => {
    expect(withHosts(toEdge(), 'a.shop.test, tcp.test')).toEqual([]);
    const theirs = `${toEdge()}, {name: theirs, namespace: infra}`;
    expect(withHosts(theirs, 'a.shop.test, b.test')).toEqual([['spec.parentRefs[1]', 'NoMatchingParent']]);
    const mesh = `${toEdge()}, {group: "", kind: Service, name: site}`;
    expect(withHosts(mesh, 'a.shop.test, b.test')).toEqual([]);
  });
});

describe('a route that leads to a listener that is wrong', () => {
  const tcp = '{name: tcp, port: 81, protocol: TCP, hostname: tcp.test}';
  const nowhere = '{name: nowhere, port: 80000, protocol: HTTP}';
  const text = gateway(
    [listener('http', 80, 'hostname: web.test, allowedRoutes: {namespaces: {from: All}}'), tcp, nowhere].join(),
  );
  const wrong = ['spec.listeners[1].protocol', 'spec.listeners[2].port'];
  const withHost = (host: string) => `hostnames: [${host}], rules: [{backendRefs: [{name: site, port: 80}]}]`;

  it.each([
    [toEdge(', sectionName: tcp'), 'InvalidListener'],
    [toEdge(', port: 81'), 'InvalidListener'],
    [toEdge(', sectionName: nowhere'), 'InvalidListener'],
    [toEdge(', sectionName: tcp, port: 80'), 'NoMatchingParent'],
    [toEdge(', sectionName: other'), 'NoMatchingParent'],
    [toEdge(), ['http']],
  ])('hears which one it is: %s', (parent, expected) => {
    expect(build(text + route(parent), wrong).attached).toEqual([expected]);
  });

  it('hears it also where its host alone leads there', () => {
    const onlyTcp = gateway(
      [listener('http', 80, 'hostname: web.test, allowedRoutes: {namespaces: {from: All}}'), tcp].join(),
    );
    const attachedFor = (host: string) => build(onlyTcp + route(toEdge(), withHost(host)), wrong.slice(0, 1)).attached;
    expect(attachedFor('web.test')).toEqual([['http']]);
    expect(attachedFor('tcp.test')).toEqual(['InvalidListener']);
    expect(attachedFor('other.test')).toEqual(['NoMatchingListenerHostname']);
  });

  it('keeps what it has by others', () => {
    const { attached, routes, problems } = build(
      text + route(`${toEdge(', sectionName: http')}, ${toEdge(', sectionName: tcp')}`),
      wrong,
    );
    expect(attached).toEqual([['http'], 'InvalidListener']);
    expect(routes.map(({ listeners }) => listeners)).toEqual([['http']]);
    expect(problems).toEqual([['spec.parentRefs[1]', 'InvalidListener']]);
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

describe('a Service without an address of its own', () => {
  const service = (spec: string) => `---
apiVersion: v1
kind: Service
metadata: {name: direct, namespace: web}
spec: ${spec}
`;
  const rules = 'rules: [{backendRefs: [{name: direct, port: 80}]}]';
  const portsOf = (spec: string) => {
    const { problems, backends } = build(gateway(listener('http', 80)) + route(toEdge(), rules) + service(spec));
    return { problems, ports: backends.flatMap(({ endpoints }) => endpoints.map(({ port }) => port)) };
  };

  it('is called on the ports of its pods', () => {
    expect(portsOf('{clusterIP: None, ports: [{port: 80, targetPort: 3000}]}')).toEqual({
      problems: [],
      ports: [3000],
    });
    expect(portsOf('{clusterIP: None, ports: [{port: 80}]}')).toEqual({ problems: [], ports: [80] });
    expect(portsOf('{ports: [{port: 80, targetPort: 3000}]}')).toEqual({ problems: [], ports: [80] });
  });

  it('is called as it is written where its pods have a name for their port, which is said', () => {
    const { problems, ports } = portsOf('{clusterIP: None, ports: [{port: 80, targetPort: web}]}');
    expect(ports).toEqual([80]);
    expect(problems).toEqual([['spec.rules[0].backendRefs[0]', undefined]]);
  });

  it('is no backend where its name leads to another one', () => {
    const { problems, ports } = portsOf('{type: ExternalName, externalName: example.com, ports: [{port: 80}]}');
    expect(ports).toEqual([]);
    expect(problems).toEqual([['spec.rules[0].backendRefs[0]', 'InvalidBackend']]);
  });
});
