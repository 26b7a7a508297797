import { clusterNames } from '../contract.ts';

type Json = Readonly<Record<string, unknown>>;

const at = (type: string): string => `type.googleapis.com/envoy.extensions.${type}`;
const adminClusterName = 'sluice-admin';

/** Paths of the health listener. */
export const healthPaths = { live: '/live', ready: '/ready', metrics: '/stats/prometheus' } as const;

/**
 * For whoever watches over an Envoy from outside, since the admin page stays on loopback: it can stop Envoy and shows
 * its configuration.
 *
 * ready is exactly "complete configuration accepted, and a processor attached". Envoy opens no listener before its first
 * complete configuration is in force; the filter answers 503 unless a processor answers the health checks, and after
 * `/healthcheck/fail`. live says only that Envoy runs; it has to be asked after that first time.
 */
export function healthListener({ host, port }: { readonly host: string; readonly port: number }): Json {
  return {
    name: 'sluice-health',
    // `::` is for callers of both families.
    address: { socket_address: { address: host, port_value: port, ...(host === '::' && { ipv4_compat: true }) } },
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': at('filters.network.http_connection_manager.v3.HttpConnectionManager'),
              stat_prefix: 'health',
              route_config: {
                name: 'sluice-health',
                virtual_hosts: [{ name: 'all', domains: ['*'], routes: [live, metrics] }],
              },
              http_filters: [
                {
                  name: 'envoy.filters.http.health_check',
                  typed_config: {
                    '@type': at('filters.http.health_check.v3.HealthCheck'),
                    pass_through_mode: false,
                    headers: [{ name: ':path', string_match: { exact: healthPaths.ready } }],
                    cluster_min_healthy_percentages: { [clusterNames.processor]: { value: 1 } },
                  },
                },
                { name: 'envoy.filters.http.router', typed_config: { '@type': at('filters.http.router.v3.Router') } },
              ],
            },
          },
        ],
      },
    ],
  };
}

const live = {
  match: { path: healthPaths.live },
  direct_response: { status: 200, body: { inline_string: 'live\n' } },
};

const metrics = {
  match: {
    path: healthPaths.metrics,
    // Nothing of the admin page beyond reading.
    headers: [{ name: ':method', string_match: { exact: 'GET' } }],
  },
  route: { cluster: adminClusterName, timeout: '10s' },
};

export function adminCluster(port: number): Json {
  return {
    name: adminClusterName,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: adminClusterName,
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }],
        },
      ],
    },
  };
}
