import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { ipv4Only } from '../../lib/address-families.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { render } from './render/render.ts';
import { createRenderer } from './renderer.ts';
import type { ProvisionSettings } from './settings.ts';
import { wantedGateways } from './wanted-gateways.ts';

const settings: ProvisionSettings = {
  controllerName: 'sluice.dev/gateway-controller',
  images: { envoy: { registry: '', repository: 'envoy' }, processor: { registry: '', repository: 'processor' } },
  pullSecrets: [],
  families: ipv4Only,
  xds: { host: 'controller', port: 18_000 },
};

const ours = 'sluice.dev/gateway-controller';

const policy = (replicas: number, port = 80): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ours}
spec: {controllerName: ${ours}, parametersRef: {group: sluice.dev, kind: GatewayParameters, name: all, namespace: system}}
---
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: {name: all, namespace: system}
spec: {replicas: ${replicas}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: team-a}
spec: {gatewayClassName: ours, listeners: [{name: http, port: ${port}, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: other, namespace: team-a}
spec: {gatewayClassName: ours, listeners: [{name: http, port: 8080, protocol: HTTP}]}
`;

/** Objects whose status changes with every look. */
function objects(look: number, uid: string) {
  const object = (name: string, own: string): KubeObject => ({
    metadata: { name, namespace: 'team-a', uid: own, resourceVersion: String(look) },
    spec: { gatewayClassName: 'ours' },
  });
  return [
    { kind: 'Gateway', object: object('edge', uid) },
    { kind: 'Gateway', object: object('other', 'other') },
  ];
}

function rendering() {
  const rendered: string[] = [];
  const renderer = createRenderer(settings, (input) => {
    rendered.push(input.gateway.name);
    return render(input);
  });
  let looks = 0;
  return (documents: ReturnType<typeof documentsOf>, uid = 'edge') => {
    const { gateways } = wantedGateways({ controllerName: ours, documents, objects: objects(looks++, uid) });
    const all = gateways.map(({ gateway, parameters }) => {
      if (!parameters.ok) throw new Error(parameters.error);
      return renderer(gateway, parameters.value);
    });
    return { all, rendered: rendered.splice(0) };
  };
}

function documentsOf(text: string) {
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems).toEqual([]);
  return documents;
}

describe('createRenderer()', () => {
  it('renders each Gateway once, however often it is looked at', () => {
    const look = rendering();
    const documents = documentsOf(policy(1));
    const first = look(documents);
    expect(first.rendered).toEqual(['edge', 'other']);
    for (let round = 0; round < 100; round++) {
      const again = look([...documents]);
      expect(again.rendered).toEqual([]);
      expect(again.all.every((each, index) => each === first.all[index])).toBe(true);
    }
  });

  it('renders anew what was changed, by itself or by its parameters, and what was made anew', () => {
    const look = rendering();
    const documents = documentsOf(policy(1));
    look(documents);
    const [edge] = documentsOf(policy(1, 81)).filter(({ id }) => id === 'Gateway/team-a/edge');
    const moved = documents.map((each) => (each.id === edge?.id ? edge : each));
    expect(look(moved).rendered).toEqual(['edge']);
    expect(look(moved, 'made anew').rendered).toEqual(['edge']);
    const [parameters] = documentsOf(policy(2)).filter(({ kind }) => kind === 'GatewayParameters');
    const scaled = moved.map((each) => (each.id === parameters?.id ? parameters : each));
    expect(look(scaled, 'made anew').rendered).toEqual(['edge', 'other']);
  });
});
