import { describe, expect, it } from 'vitest';
import { buildModel } from '../../model/build/build.ts';
import { secretsOnly } from '../../model/build/testing/surroundings.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { refusedFilters } from './refused-filters.ts';

const script = (name: string, target: string): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: {name: ${name}}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, ${target}}]
  lua: [{type: Inline, inline: "function envoy_on_request(handle) end"}]
---`;

const route = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: edge}]
  hostnames: [${name}.test]
  rules: [{backendRefs: [{name: web, port: 80}]}]
---`;

const policy = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 8080, protocol: HTTP}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
${route('own')}
${route('other')}
${script('of-route', 'kind: HTTPRoute, name: own')}
${script('of-gateway', 'kind: Gateway, name: edge')}
`;

const { gateways } = buildModel(parseDocuments(policy, 'policy.yaml', '.').documents, secretsOnly());
const told = (...refused: readonly string[]) =>
  refusedFilters(new Map(refused.map((id) => [id, 'script load error'])), gateways);

describe('refusedFilters()', () => {
  it('tells the routes that chose one, and no others', () => {
    expect(told('EnvoyExtensionPolicy/of-route')).toMatchObject([
      { severity: 'warning', document: 'HTTPRoute/own', message: expect.stringContaining('of-route') },
    ]);
  });

  it('tells the routes whose listeners chose one, unless they chose another', () => {
    expect(told('EnvoyExtensionPolicy/of-gateway').map(({ document }) => document)).toEqual(['HTTPRoute/other']);
  });

  it('is silent about refusals of anything else', () => {
    expect(told('Provider/openai')).toEqual([]);
    expect(told()).toEqual([]);
  });
});
