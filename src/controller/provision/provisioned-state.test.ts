import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import type { ProvisionedGateway } from './gateway.ts';
import { liveObject } from './live-object.ts';
import type { LiveObjects } from './live-objects.ts';
import { provisionedState } from './provisioned-state.ts';

const gateway = { name: 'egress', namespace: 'd' } as ProvisionedGateway;

function addressesWith(spec: object, ingress: readonly object[] = []): unknown {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'egress', namespace: 'd' },
    spec,
    status: { loadBalancer: { ingress } },
  } as unknown as KubeObject;
  const live = { hasSynced: () => true, get: (kind: string) => (kind === 'Service' ? liveObject(object) : undefined) };
  return provisionedState(gateway, live as unknown as LiveObjects, undefined).addresses;
}

it('counts the ready pods of a Gateway, and tells of others', () => {
  const metadata = { name: 'egress', namespace: 'd' };
  const status = {
    replicas: 2,
    readyReplicas: 1,
    conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'no' }],
  };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, status } as unknown as KubeObject;
  const live = {
    hasSynced: () => true,
    get: (kind: string) => (kind === 'Deployment' ? liveObject(object) : undefined),
  };
  expect(provisionedState(gateway, live as unknown as LiveObjects, undefined)).toEqual({
    addresses: [],
    readyPods: 1,
    podTrouble: { isLasting: true, text: 'Pods cannot be made: no' },
  });
});

describe('the addresses of a Gateway', () => {
  it('are those in the cluster, or the name of a headless Service', () => {
    expect(addressesWith({ type: 'ClusterIP', clusterIP: '10.0.0.1' })).toEqual([
      { type: 'IPAddress', value: '10.0.0.1' },
    ]);
    expect(addressesWith({ type: 'ClusterIP', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'] })).toEqual([
      { type: 'IPAddress', value: '10.0.0.1' },
      { type: 'IPAddress', value: 'fd00::1' },
    ]);
    expect(addressesWith({ type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'] })).toEqual([
      { type: 'Hostname', value: 'egress.d.svc' },
    ]);
  });

  it('are those of its load balancer, and none until there is one', () => {
    const spec = { type: 'LoadBalancer', clusterIP: '10.0.0.1' };
    expect(addressesWith(spec)).toEqual([]);
    expect(addressesWith(spec, [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }, { hostname: 'lb.example.com' }])).toEqual([
      { type: 'IPAddress', value: '192.0.2.1' },
      { type: 'IPAddress', value: '2001:db8::1' },
      { type: 'Hostname', value: 'lb.example.com' },
    ]);
  });
});
