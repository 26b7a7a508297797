import type { JsonValue } from '@bufbuild/protobuf';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import type { Certificate } from './certificates.ts';
import { assignment, configSource, fromText, type Transport } from './xds-envoy.ts';

const at = (type: string): string => `type.googleapis.com/${type}`;

export interface Site {
  readonly clusters: Readonly<Record<string, number>>;
  /** Where requests go. */
  readonly routeTo: string;
  readonly greeting?: string;
  readonly token?: string;
  readonly connectTimeout?: string;
  readonly listener?: string;
  readonly port?: number;
}

/** A listener by LDS, its routes by RDS, clusters by CDS and EDS, and a credential by SDS. */
export function site(transport: Transport, wanted: Site): Resource[] {
  const source = configSource(transport);
  const listener = wanted.listener ?? 'front';
  return [
    ...Object.entries(wanted.clusters).flatMap(([name, port]) => [
      fromText('cluster', name, {
        name,
        type: 'EDS',
        connect_timeout: wanted.connectTimeout ?? '1s',
        eds_cluster_config: { eds_config: source },
      }),
      fromText('endpoint', name, assignment(name, port)),
    ]),
    fromText('secret', 'token', {
      name: 'token',
      generic_secret: { secret: { inline_string: wanted.token ?? 'first-token' } },
    }),
    fromText('listener', listener, {
      name: listener,
      address: { socket_address: { address: '127.0.0.1', port_value: wanted.port ?? 0 } },
      filter_chains: [{ filters: [connectionManager(source)] }],
    }),
    fromText('route', 'routes', {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            {
              match: { prefix: '/direct' },
              direct_response: { status: 200, body: { inline_string: wanted.greeting ?? 'hello' } },
            },
            { match: { prefix: '/' }, route: { cluster: wanted.routeTo } },
          ],
        },
      ],
    }),
  ];
}

function connectionManager(source: JsonValue): JsonValue {
  return {
    name: 'hcm',
    typed_config: {
      '@type': at('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
      stat_prefix: 'front',
      rds: { route_config_name: 'routes', config_source: source },
      http_filters: [
        {
          name: 'credential',
          typed_config: {
            '@type': at('envoy.extensions.filters.http.credential_injector.v3.CredentialInjector'),
            credential: {
              name: 'generic',
              typed_config: {
                '@type': at('envoy.extensions.http.injected_credentials.generic.v3.Generic'),
                credential: { name: 'token', sds_config: source },
              },
            },
          },
        },
        { name: 'router', typed_config: { '@type': at('envoy.extensions.filters.http.router.v3.Router') } },
      ],
    },
  };
}

/** A listener whose certificate comes over SDS. */
export function tlsListener(transport: Transport, { certificate, privateKey }: Certificate): Resource[] {
  const source = configSource(transport);
  return [
    fromText('secret', 'own-certificate', {
      name: 'own-certificate',
      tls_certificate: {
        certificate_chain: { inline_string: certificate },
        private_key: { inline_string: privateKey },
      },
    }),
    fromText('listener', 'secured', {
      name: 'secured',
      address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
      filter_chains: [
        {
          filters: [connectionManager(source)],
          transport_socket: {
            name: 'tls',
            typed_config: {
              '@type': at('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'),
              common_tls_context: {
                tls_certificate_sds_secret_configs: [{ name: 'own-certificate', sds_config: source }],
              },
            },
          },
        },
      ],
    }),
  ];
}
