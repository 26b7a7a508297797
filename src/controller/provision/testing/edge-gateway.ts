import type { ProvisionedGateway } from '../gateway.ts';

/** A Gateway with one plain listener, as tests have something made of it. */
export const edgeGateway: ProvisionedGateway = {
  namespace: 'team-a',
  name: 'edge',
  uid: 'gateway-1',
  spec: {
    listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }] as unknown as ProvisionedGateway['spec']['listeners'],
    addresses: [],
    infrastructure: { labels: {}, annotations: {} },
  },
};
