import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ClusterSchema } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { serviceCluster } from './service-cluster.ts';

describe('the cluster of a service', () => {
  it('lets more happen at once than Envoy’s own three retries and 1,024 requests', () => {
    const endpoints = [{ host: '127.0.0.1', port: 8080 }];
    const backend = { cluster: 'service/a', endpoints, protocol: 'http1', origins: [] } as const;
    const { body } = serviceCluster(backend, { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' });
    const [most] = fromBinary(ClusterSchema, body).circuitBreakers?.thresholds ?? [];
    for (const name of ['maxConnections', 'maxPendingRequests', 'maxRequests', 'maxRetries'] as const) {
      expect(most?.[name]).toBeGreaterThan(100_000);
    }
  });
});
