import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { wantedGateways } from './wanted-gateways.ts';

const classOf = (name: string, controllerName: string, more = ''): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: ${name}}\nspec: {controllerName: ${controllerName}${more}}`;
const gatewayOf = (name: string, className: string, more = ''): string =>
  `apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: ${name}, namespace: team-a}\nspec: {gatewayClassName: ${className}, listeners: [{name: http, port: 80, protocol: HTTP}]${more}}`;
const parameters = (name: string, namespace: string, replicas: number): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: GatewayParameters\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {replicas: ${replicas}}`;
const ours = 'sluice.dev/gateway-controller';
const ref = (name: string, more = ''): string =>
  `, parametersRef: {group: sluice.dev, kind: GatewayParameters, name: ${name}${more}}`;

/** Documents as written; the API server has each Gateway and class, too, unless told otherwise. */
function wantedOf(texts: readonly string[], objects?: readonly { kind: string; object: KubeObject }[]) {
  const { documents, problems } = parseDocuments(texts.join('\n---\n'), 'input.yaml', '.');
  expect(problems).toEqual([]);
  const stored = documents.map(({ kind, name, namespace, spec }) => ({
    kind: kind as string,
    object: { metadata: { name, namespace, uid: `uid-of-${name}` }, spec } as KubeObject,
  }));
  return wantedGateways({ controllerName: ours, documents, objects: objects ?? stored });
}

describe('wantedGateways()', () => {
  it('are those of our classes', () => {
    const { gateways, released, namespaces } = wantedOf([
      classOf('sluice-egress', ours),
      classOf('other', 'example.com/other'),
      gatewayOf('mine', 'sluice-egress'),
      gatewayOf('theirs', 'other'),
      gatewayOf('lost', 'unknown'),
    ]);
    expect(gateways.map(({ gateway }) => [gateway.namespace, gateway.name, gateway.uid])).toEqual([
      ['team-a', 'mine', 'uid-of-mine'],
    ]);
    expect([...released]).toEqual(['uid-of-theirs']);
    expect([...namespaces]).toEqual(['team-a']);
  });

  it('are not those that were given to another class, though their last good version is of ours', () => {
    const stored = (kind: string, name: string, spec: object) => ({
      kind,
      object: { metadata: { name, namespace: 'team-a', uid: `uid-of-${name}` }, spec } as KubeObject,
    });
    const documents = [classOf('sluice-egress', ours), gatewayOf('mine', 'sluice-egress')];
    const { gateways, released } = wantedOf(documents, [
      stored('GatewayClass', 'sluice-egress', { controllerName: ours }),
      stored('GatewayClass', 'other', { controllerName: 'example.com/other' }),
      stored('Gateway', 'mine', { gatewayClassName: 'other' }),
    ]);
    expect([gateways, [...released]]).toEqual([[], ['uid-of-mine']]);
  });

  it('are not those of a class that was somebody else’s when it could last be read', () => {
    const object = { metadata: { name: 'mine', namespace: 'team-a', uid: 'uid' }, spec: { gatewayClassName: 'other' } };
    const documents = [classOf('other', 'example.com/other'), gatewayOf('mine', 'other')];
    const { gateways, released } = wantedOf(documents, [{ kind: 'Gateway', object: object as KubeObject }]);
    expect([gateways, [...released]]).toEqual([[], []]);
  });

  it('have the parameters of the class and their own', () => {
    const infrastructure = `, infrastructure: {${ref('own').slice(2)}}`;
    const { gateways } = wantedOf([
      classOf('sluice-egress', ours, ref('of-class', ', namespace: sluice-system')),
      gatewayOf('mine', 'sluice-egress', infrastructure),
      parameters('of-class', 'sluice-system', 3),
      parameters('own', 'team-a', 4),
      parameters('own', 'team-b', 5),
    ]);
    expect(gateways[0]?.parameters).toEqual({
      ok: true,
      value: { ofClass: { replicas: 3 }, ofGateway: { replicas: 4 } },
    });
    expect(gateways[0]?.parameterIds).toEqual({
      ofClass: 'GatewayParameters/sluice-system/of-class',
      ofGateway: 'GatewayParameters/team-a/own',
    });
  });

  it('have none where an EnvoyProxy is named, of which nothing has a meaning here', () => {
    const foreign = 'parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: gone';
    const { gateways } = wantedOf([
      classOf('sluice-egress', ours, `, ${foreign}, namespace: envoy-gateway-system}`),
      gatewayOf('mine', 'sluice-egress', `, infrastructure: {${foreign}}}`),
    ]);
    expect(gateways.map(({ parameters }) => parameters)).toEqual([{ ok: true, value: {} }]);
  });

  it('say what is wrong with a reference to parameters, and do not go without', () => {
    const errorOf = (...texts: string[]) => wantedOf(texts).gateways[0]?.parameters;
    const mine = gatewayOf('mine', 'sluice-egress');
    expect(errorOf(classOf('sluice-egress', ours, ref('none', ', namespace: a')), mine)).toEqual({
      ok: false,
      error: 'parametersRef of the GatewayClass names GatewayParameters a/none, which is not there.',
    });
    expect(errorOf(classOf('sluice-egress', ours, ref('none')), mine)).toEqual({
      ok: false,
      error: 'parametersRef of the GatewayClass has no namespace; add the one of none.',
    });
    const other = ', infrastructure: {parametersRef: {group: "", kind: ConfigMap, name: a}}';
    expect(errorOf(classOf('sluice-egress', ours), gatewayOf('mine', 'sluice-egress', other))).toMatchObject({
      ok: false,
      error: expect.stringContaining('names ConfigMap of'),
    });
  });

  it('do not include one that is being deleted, or that the API server does not have', () => {
    const texts = [classOf('sluice-egress', ours), gatewayOf('mine', 'sluice-egress')];
    expect(wantedOf(texts, []).gateways).toEqual([]);
    const metadata = { name: 'mine', namespace: 'team-a', uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z' };
    expect(wantedOf(texts, [{ kind: 'Gateway', object: { metadata } }]).gateways).toEqual([]);
  });
});
