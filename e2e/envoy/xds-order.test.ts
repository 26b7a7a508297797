import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import {
  assignment,
  configSource,
  fromText,
  listenerPort,
  startUpstream,
  startXds,
  startXdsEnvoy,
  type Transport,
  transports,
} from '../support/xds-envoy.ts';

const cleanup = cleanupsAfterEach();
const rounds = 20;
const typed = (name: string, type: string, fields = {}) => ({
  name,
  typed_config: { '@type': `type.googleapis.com/${type}`, ...fields },
});

/** One table to one cluster, which warms on its endpoints and on the secret that it sends along. */
function state(transport: Transport, cluster: string, secret: string, port: number): readonly Resource[] {
  const source = configSource(transport);
  const generic = typed('generic', 'envoy.extensions.http.injected_credentials.generic.v3.Generic', {
    credential: { name: secret, sds_config: source },
  });
  const filters = [
    typed('credential', 'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector', {
      credential: generic,
    }),
    typed('codec', 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
  ];
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const manager = typed('hcm', 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'front',
    rds: { route_config_name: 'routes', config_source: source },
    http_filters: [typed('router', 'envoy.extensions.filters.http.router.v3.Router')],
  });
  return [
    fromText('listener', 'front', {
      name: 'front',
      address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
      filter_chains: [{ filters: [manager] }],
    }),
    fromText('route', 'routes', {
      name: 'routes',
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster } }] }],
    }),
    fromText('cluster', cluster, {
      name: cluster,
      type: 'EDS',
      connect_timeout: '1s',
      eds_cluster_config: { eds_config: source },
      typed_extension_protocol_options: {
        [options]: {
          '@type': `type.googleapis.com/${options}`,
          explicit_http_config: { http_protocol_options: {} },
          http_filters: filters,
        },
      },
    }),
    fromText('endpoint', cluster, assignment(cluster, port)),
    fromText('secret', secret, { name: secret, generic_secret: { secret: { inline_string: secret } } }),
  ];
}

/** Only an aggregated stream has an order; over a stream per type it is up to who publishes. */
describe.each(transports.filter(({ isAggregated }) => isAggregated))(
  'clusters with secrets over $name',
  (transport) => {
    it('come and go under load without one failed request', async () => {
      const upstream = await startUpstream('up');
      cleanup(upstream.close);
      const xds = await startXds();
      cleanup(xds.close);
      await xds.publish(state(transport, 'c0', 'key0', upstream.port));
      const envoy = await startXdsEnvoy(transport, xds.port);
      cleanup(envoy.stop);
      const url = `http://127.0.0.1:${await listenerPort(envoy, 'front')}/`;

      const answers = new Map<string, number>();
      let isOver = false;
      const load = (async () => {
        while (!isOver) {
          const response = await fetch(url);
          const answer = `${response.status} ${await response.text()}`;
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      })();
      for (let round = 1; round <= rounds; round++) {
        // Of three names each comes back while the former one of it has just gone.
        await xds.publish(state(transport, `c${round % 3}`, `key${round}`, upstream.port));
        expect(await (await fetch(url)).text()).toBe(`up key${round}`);
        expect(await envoy.stat('cluster_manager.active_clusters')).toBe(2);
      }
      isOver = true;
      await load;
      expect([...answers.keys()].filter((answer) => !/^200 up key\d+$/.test(answer))).toEqual([]);
      expect(answers.size).toBeGreaterThan(3);
      expect(xds.nacks()).toEqual([]);
    });
  },
);
