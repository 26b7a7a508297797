import { type DescMessage, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { BootstrapSchema } from '../gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { messageTypes } from '../xds/snapshot/message-types.ts';
import { type BootstrapOptions, bootstrap } from './bootstrap.ts';

const options: BootstrapOptions = {
  nodeId: 'envoy-1',
  gateway: 'edge',
  adminPort: 9901,
  xds: { address: { host: 'controller', port: 18000 } },
  processors: [{ path: '/run/sluice/0.sock' }],
};

/** Refuses unknown fields, as Envoy does. */
function parsed(parts: Partial<BootstrapOptions> = {}) {
  const schema: DescMessage = BootstrapSchema;
  return fromJson(schema, bootstrap({ ...options, ...parts }) as JsonValue, { registry: messageTypes });
}

function clusterOf(name: string, parts: Partial<BootstrapOptions> = {}) {
  const { static_resources: resources } = bootstrap({ ...options, ...parts });
  const { clusters } = resources as { clusters: Record<string, unknown>[] };
  return clusters.find((cluster) => cluster.name === name) ?? {};
}

describe('bootstrap', () => {
  it('is a bootstrap of the Envoy API', () => {
    expect(() => parsed()).not.toThrow();
    expect(() =>
      parsed({
        xds: {
          address: { path: '/run/xds.sock' },
          tls: {
            caFile: 'ca.pem',
            serverName: 'controller',
            clientCertificate: { certificateFile: 'c.pem', privateKeyFile: 'k.pem' },
          },
        },
      }),
    ).not.toThrow();
  });

  it('opens the admin page on loopback only, whatever else is asked for', () => {
    expect(JSON.stringify(bootstrap(options).admin)).toBe(
      '{"address":{"socket_address":{"address":"127.0.0.1","port_value":9901}}}',
    );
  });

  it('says which gateway this Envoy serves', () => {
    expect(bootstrap(options).node).toEqual({ id: 'envoy-1', cluster: 'sluice', metadata: { gateway: 'edge' } });
  });

  it('never ejects a processor: the one that is left might be the dead one', () => {
    const two = clusterOf('sluice-processor', { processors: [{ path: '/a' }, { host: '127.0.0.1', port: 9000 }] });
    expect(two).not.toHaveProperty('outlier_detection');
    expect(two).toHaveProperty('load_assignment.endpoints.0.lb_endpoints.length', 2);
  });

  it('passes over a processor that fails its checks, and not the last one of as many as there may be', () => {
    const many = Array.from({ length: 64 }, (_, index) => ({ path: `/${index}` }));
    const { common_lb_config: balancing } = clusterOf('sluice-processor', { processors: many });
    const threshold = (balancing as { healthy_panic_threshold: { value: number } }).healthy_panic_threshold.value;
    // Below it Envoy balances as if there were no checks. It rounds percentages down.
    expect(Math.floor(100 / many.length)).toBeGreaterThanOrEqual(threshold);
    expect(threshold).toBeGreaterThan(0);
  });

  it('verifies the name of the control plane when it speaks TLS', () => {
    const cluster = clusterOf('sluice-xds', {
      xds: { address: { host: '10.0.0.1', port: 18000 }, tls: { caFile: 'ca.pem', serverName: 'controller' } },
    });
    expect(JSON.stringify(cluster.transport_socket)).toContain('{"san_type":"DNS","matcher":{"exact":"controller"}}');
  });
});
