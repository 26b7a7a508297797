import { expect, it } from 'vitest';
import { ipv4Only } from '../../../lib/address-families.ts';
import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import { edgeGateway } from '../testing/edge-gateway.ts';
import type { Json } from './json.ts';
import { service } from './service.ts';

const image = { registry: '', repository: 'sluice' };
const settings = {
  ...{ controllerName: 'sluice.dev/gateway-controller', images: { envoy: image, processor: image } },
  ...{ pullSecrets: [], families: ipv4Only, xds: { host: 'controller', port: 18_000 } },
};

/** Spec of the Service of a Gateway that asks for this address. */
function specOf(given: NonNullable<GatewayParametersSpec['service']>, address?: string): Json {
  const addresses = address === undefined ? [] : [{ type: 'IPAddress' as const, value: address }];
  const gateway = { ...edgeGateway, spec: { ...edgeGateway.spec, addresses } };
  const parameters = { service: given, overlays: [] };
  return service({ gateway, parameters, settings, ports: [{ port: 80, bound: 10_080 }], files: {} }).spec as Json;
}

it('gives the address that is asked for to the field of its type', () => {
  expect(specOf({}, '10.96.0.7')).toMatchObject({ type: 'ClusterIP', clusterIP: '10.96.0.7' });
  expect(specOf({ clusterIP: 'None' }, '10.96.0.7').clusterIP).toBe('None');
  const balanced = specOf({ type: 'LoadBalancer' }, '192.0.2.7');
  expect([balanced.loadBalancerIP, 'clusterIP' in balanced]).toEqual(['192.0.2.7', false]);
  expect(specOf({ type: 'NodePort' }, '192.0.2.7')).not.toHaveProperty('clusterIP');
});

it('says only what a Service of its type takes', () => {
  const all = {
    ...({ externalTrafficPolicy: 'Local', loadBalancerClass: 'example.com/lb' } as const),
    loadBalancerSourceRanges: ['10.0.0.0/8'],
  };
  const said = (type: 'ClusterIP' | 'NodePort' | 'LoadBalancer') => {
    const spec = specOf({ ...all, type });
    return Object.keys(all).filter((name) => name in spec);
  };
  expect(said('ClusterIP')).toEqual([]);
  expect(said('NodePort')).toEqual(['externalTrafficPolicy']);
  expect(said('LoadBalancer')).toEqual(Object.keys(all));
});

it('leads from the port of the listener to the one that Envoy opens', () => {
  expect(specOf({}).ports).toEqual([{ name: 'port-80', port: 80, targetPort: 10_080, protocol: 'TCP' }]);
});
