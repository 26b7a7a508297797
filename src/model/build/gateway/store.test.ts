import { describe, expect, it } from 'vitest';
import type { GatewayParametersDocument, GatewayPolicyDocument } from '../../../policy/document.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';
import { writtenStores } from './store.ts';

const { documents } = parseDocuments(
  `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: policy}
spec: {store: {memory: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: silent}
spec: {maxBodySize: 1MiB}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: own}
spec: {store: {redis: {addresses: ["own:6379"]}}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: class}
spec: {store: {redis: {addresses: ["class:6379"], password: {env: PASSWORD}}}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: bare}
spec: {replicas: 1}
`,
  'policy.yaml',
  '.',
);

const policy = (name: string) =>
  documents.find((each): each is GatewayPolicyDocument => each.kind === 'GatewayPolicy' && each.name === name);
function parameters(name: string): GatewayParametersDocument {
  const found = documents.find((each) => each.kind === 'GatewayParameters' && each.name === name);
  if (found?.kind !== 'GatewayParameters') throw new Error(`there is no ${name}`);
  return found;
}

describe('writtenStores()', () => {
  it('is that of the policy, else of the Gateway’s parameters, else of the class', () => {
    const ofClass = parameters('class');
    const ofGateway = parameters('own');
    const nameOf = (...given: Parameters<typeof writtenStores>) => writtenStores(...given)[0]?.document.name;
    expect(nameOf(policy('policy'), { ofGateway, ofClass })).toBe('policy');
    expect(nameOf(policy('silent'), { ofGateway, ofClass })).toBe('own');
    expect(nameOf(undefined, { ofGateway: parameters('bare'), ofClass })).toBe('class');
    expect(nameOf(policy('silent'), { ofGateway: parameters('bare') })).toBeUndefined();
  });

  it('is never mixed: a password goes to no other address', () => {
    const [{ spec } = {}] = writtenStores(undefined, { ofGateway: parameters('own'), ofClass: parameters('class') });
    expect(spec).toMatchObject({ redis: { addresses: ['own:6379'] } });
    expect(JSON.stringify(spec)).not.toContain('PASSWORD');
  });
});

describe('a store of a class', () => {
  const text = (namespace: string) => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ours}
spec: {controllerName: a.example/b, parametersRef: {group: sluice.dev, kind: GatewayParameters, name: all, namespace: platform}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: all, namespace: platform}
spec: {store: {redis: {addresses: ["redis:6379"], password: {secretKeyRef: {name: redis, key: password${namespace}}}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: team-a}
spec: {gatewayClassName: ours, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

  it('has its password from beside the parameters, which the namespace of the Gateway need not have', () => {
    const asked: string[] = [];
    const surroundings = secretsOnly();
    const built = buildModel(parseDocuments(text(''), 'policy.yaml', '.').documents, {
      ...surroundings,
      resolve(source, from) {
        asked.push(from.namespace);
        return surroundings.resolve(source, from);
      },
    });
    expect(built.problems).toEqual([]);
    expect(asked).toEqual(['platform']);
    const [gateway] = built.gateways;
    expect(gateway?.settings.secrets).toEqual(['gateway/team-a/edge/store-password']);
    expect(gateway?.settings.origins).toEqual(['GatewayParameters/platform/all']);
  });

  it('needs a permission for a password that is elsewhere', () => {
    const built = buildModel(parseDocuments(text(', namespace: vault'), 'policy.yaml', '.').documents, secretsOnly());
    expect(built.problems).toMatchObject([
      { document: 'GatewayParameters/platform/all', path: 'spec.store.redis.password', reason: 'RefNotPermitted' },
    ]);
    expect(built.gateways[0]?.settings.secrets).toEqual([]);
  });
});
