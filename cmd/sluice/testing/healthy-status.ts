import type { Status } from '../../../src/controller/status.ts';

const now = Date.now();

/** What a control plane answers that is three hours old, and has an Envoy and its processor. */
export const healthy: Status = {
  version: '0.1.0',
  startedAt: new Date(now - 3 * 3_600_000 - 1000).toISOString(),
  revision: 4,
  documents: [{ id: 'Model/small', source: 'models.yaml:1', state: 'in force', problems: [] }],
  problems: [],
  gateways: [{ name: 'default', listeners: ['http://0.0.0.0:10080'], providers: 2, models: 1, keys: 1 }],
  clients: [
    {
      nodeId: 'egress-0',
      gateway: 'default',
      kind: 'envoy',
      version: '1.40.0',
      connectedSince: new Date(now - 90_500).toISOString(),
      types: [
        { type: 'Cluster', resources: 3, state: 'synced' },
        { type: 'Listener', resources: 1, state: 'synced' },
      ],
    },
    {
      nodeId: 'egress-0-processor-0',
      gateway: 'default',
      kind: 'processor',
      connectedSince: new Date(now - 90_500).toISOString(),
      types: [{ type: 'Key', resources: 1, state: 'synced' }],
    },
  ],
};
