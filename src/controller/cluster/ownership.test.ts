import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../policy/parse.ts';
import { oursOnly } from './ownership.ts';

const text = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: mine}
spec: {controllerName: sluice.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: theirs}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: a, namespace: one}
spec: {gatewayClassName: mine, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: b, namespace: one}
spec: {gatewayClassName: theirs, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: c, namespace: one}
spec: {gatewayClassName: gone, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {none: {}}}
`;

const { documents } = parseDocuments(text, 'policy.yaml', '.');
const idsOf = (name: string) => oursOnly(documents, name).map(({ id }) => id);

describe('oursOnly()', () => {
  it('leaves classes of other controllers, their Gateways, and those of no class to others', () => {
    expect(documents).toHaveLength(6);
    expect(idsOf('sluice.dev/gateway-controller')).toEqual(['GatewayClass/mine', 'Gateway/one/a', 'Provider/openai']);
  });

  it('stands in for another controller where it is asked to', () => {
    expect(idsOf('gateway.envoyproxy.io/gatewayclass-controller')).toContain('Gateway/one/b');
  });
});
