import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const gateway = (listener: string, more = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec: {gatewayClassName: shared, listeners: [{name: first, port: 80, protocol: HTTP}, ${listener}]${more}}
`;
const selecting = (selector: string) =>
  gateway(
    `{name: some, port: 81, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: ${selector}}}}`,
  );

const namespaces = [
  new Map([['team', 'a']]),
  new Map([
    ['team', 'b'],
    ['stage', 'test'],
  ]),
];

function problemsOf(text: string, known: readonly ReadonlyMap<string, string>[] | 'unknown' = namespaces) {
  const parsed = parseDocuments(text, 'policy.yaml', '.');
  const { problems } = buildModel(parsed.documents, {
    ...secretsOnly(),
    namespaces: () => (known === 'unknown' ? undefined : known),
  });
  return problems.map(({ severity, document, path, message }) => `${severity} ${document} ${path} ${message}`);
}

describe('a listener', () => {
  it.each([
    '{matchLabels: {team: c}}',
    '{matchLabels: {team: a, stage: test}}',
    '{matchExpressions: [{key: team, operator: DoesNotExist}]}',
  ])('says that it selects no namespace by %s', (selector) => {
    const message = 'selects none of the namespaces that policy is read from, so that no route can attach';
    const path = 'spec.listeners[1].allowedRoutes.namespaces.selector';
    expect(problemsOf(selecting(selector))).toEqual([`warning Gateway/infra/edge ${path} ${message}`]);
    // A folder has none, and says nothing about those of a cluster.
    expect(problemsOf(selecting(selector), 'unknown')).toEqual([]);
  });

  it.each(['{matchLabels: {team: b}}', '{}', '{matchExpressions: [{key: stage, operator: NotIn, values: [test]}]}'])(
    'is silent while one is selected by %s',
    (selector) => {
      expect(problemsOf(selecting(selector))).toEqual([]);
    },
  );

  it('says which kinds of routes it allows in vain', () => {
    const kinds = '[{kind: HTTPRoute}, {kind: TCPRoute}, {group: aigateway.envoyproxy.io, kind: HTTPRoute}]';
    const text = gateway(`{name: some, port: 81, protocol: HTTP, allowedRoutes: {kinds: ${kinds}}}`);
    const path = 'spec.listeners[1].allowedRoutes.kinds';
    expect(problemsOf(text)).toEqual([
      `warning Gateway/infra/edge ${path}[1] TCPRoute of gateway.networking.k8s.io is no kind of route that is served`,
      `warning Gateway/infra/edge ${path}[2] HTTPRoute of aigateway.envoyproxy.io is no kind of route that is served`,
    ]);
    expect(problemsOf(text.replace('TCPRoute', 'AIGatewayRoute'))).toHaveLength(2);
  });
});

describe('Gateway.spec.tls.frontend.perPort', () => {
  const https = '{name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}';
  const frontend = (port: number) => `, tls: {frontend: {default: {}, perPort: [{port: ${port}, tls: {}}]}}`;

  it.each([444, 80])('says that no listener with TLS has port %i', (port) => {
    const message = `spec.tls.frontend.perPort[0].port ${port} is the port of no listener with TLS`;
    expect(problemsOf(gateway(https, frontend(port)))).toEqual([`warning Gateway/infra/edge ${message}`]);
  });

  it('is silent where one has it, right or wrong', () => {
    expect(problemsOf(gateway(https, frontend(443)))).toEqual([]);
    expect(problemsOf(gateway('{name: tls, port: 443, protocol: HTTPS}', frontend(443)))).toEqual([]);
  });
});

describe('parameters that a Gateway or its class name', () => {
  const named = gateway(
    '{name: second, port: 81, protocol: HTTP}',
    ', infrastructure: {parametersRef: {group: sluice.dev, kind: GatewayParameters, name: own}}',
  );
  const gatewayClass = (ref: string) =>
    `---\napiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: shared}\nspec: {controllerName: sluice.dev/controller, parametersRef: {${ref}}}\n`;
  const parameters = (name: string) =>
    `---\napiVersion: sluice.dev/v1alpha1\nkind: GatewayParameters\nmetadata: {name: ${name}, namespace: infra}\nspec: {}\n`;
  const ofClass = 'group: sluice.dev, kind: GatewayParameters, name: all, namespace: infra';

  it('are said where they are not there, of each alone', () => {
    expect(problemsOf(named + gatewayClass(ofClass))).toEqual([
      'error Gateway/infra/edge spec.infrastructure.parametersRef GatewayParameters "infra/own" does not exist or is refused',
      'error GatewayClass/shared spec.parametersRef GatewayParameters "infra/all" does not exist or is refused',
    ]);
    expect(problemsOf(named + gatewayClass(ofClass) + parameters('own'))).toHaveLength(1);
    expect(problemsOf(named + gatewayClass(ofClass) + parameters('own') + parameters('all'))).toEqual([]);
  });

  it('are said where they are none, and not of an EnvoyProxy, which others read', () => {
    expect(
      problemsOf(named + gatewayClass('group: sluice.dev, kind: ConfigMap, name: all') + parameters('own')),
    ).toEqual([
      'error GatewayClass/shared spec.parametersRef parametersRef of the GatewayClass names ConfigMap of sluice.dev; write GatewayParameters of sluice.dev',
    ]);
    const envoyProxy = gatewayClass('group: gateway.envoyproxy.io, kind: EnvoyProxy, name: all');
    expect(problemsOf(named + envoyProxy + parameters('own'))).toEqual([]);
  });

  it('matter in no class that no Gateway has', () => {
    const text = named.replace('gatewayClassName: shared', 'gatewayClassName: other');
    expect(problemsOf(text + gatewayClass(ofClass) + parameters('own'))).toEqual([]);
  });
});
