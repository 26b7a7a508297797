import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { messageTypes } from '../../../src/xds/snapshot/message-types.ts';
import type { Resource } from '../../../src/xds/snapshot/resource.ts';
import { type TypeName, typeUrls } from '../../../src/xds/snapshot/type-url.ts';
import { contentVersion } from '../../../src/xds/snapshot/version.ts';
import type { EnvoyBootstrap } from '../../support/envoy-process.ts';

/** The four ways in which Envoy can be told: each request holds everything or what changed; one stream or one per type. */
export interface Transport {
  readonly name: string;
  readonly apiType: 'GRPC' | 'DELTA_GRPC';
  readonly isAggregated: boolean;
}

export const transports: readonly Transport[] = [
  { name: 'delta, aggregated', apiType: 'DELTA_GRPC', isAggregated: true },
  { name: 'state of the world, aggregated', apiType: 'GRPC', isAggregated: true },
  { name: 'delta, a stream per type', apiType: 'DELTA_GRPC', isAggregated: false },
  { name: 'state of the world, a stream per type', apiType: 'GRPC', isAggregated: false },
];

const grpcServices = [{ envoy_grpc: { cluster_name: 'xds' } }];

/** Where a resource says that another one comes from. */
function source({ apiType, isAggregated }: Transport): JsonObject {
  if (isAggregated) return { ads: {}, resource_api_version: 'V3' };
  return {
    api_config_source: { api_type: apiType, transport_api_version: 'V3', grpc_services: grpcServices },
    resource_api_version: 'V3',
  };
}

export function xdsBootstrap(transport: Transport, xdsPort: number): EnvoyBootstrap {
  return {
    node: { id: 'e1', cluster: 'sluice' },
    dynamic_resources: {
      ...(transport.isAggregated && {
        ads_config: {
          api_type: transport.apiType,
          transport_api_version: 'V3',
          set_node_on_first_message_only: true,
          grpc_services: grpcServices,
        },
      }),
      cds_config: source(transport),
      lds_config: source(transport),
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: protocolOptions({ http2_protocol_options: {} }),
          load_assignment: { cluster_name: 'xds', endpoints: [endpoints(xdsPort)] },
        },
      ],
    },
  };
}

/** Resources as small as Envoy takes them, with their references over this transport. */
export function resourcesOver(transport: Transport) {
  const from = source(transport);
  return {
    listener(name: string, routes: string): Resource {
      const manager = {
        '@type':
          'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
        stat_prefix: name,
        rds: { route_config_name: routes, config_source: from },
        http_filters: [typed('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router')],
      };
      return resource('listener', name, {
        name,
        address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
        filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
      });
    },
    /** `/direct` answers this text, everything else goes to the cluster. */
    route(name: string, text: string, cluster?: string): Resource {
      const direct = { match: { path: '/direct' }, direct_response: { status: 200, body: { inline_string: text } } };
      const onward = { match: { prefix: '/' }, route: { cluster: cluster ?? '' } };
      const routes = cluster === undefined ? [direct] : [direct, onward];
      return resource('route', name, { name, virtual_hosts: [{ name: 'all', domains: ['*'], routes }] });
    },
    /** Finds its endpoints by EDS, and with a secret sends that as the authorization of every request. */
    cluster(name: string, options: { readonly secret?: string; readonly connectTimeout?: string } = {}): Resource {
      const { secret, connectTimeout = '1s' } = options;
      return resource('cluster', name, {
        name,
        type: 'EDS',
        eds_cluster_config: { eds_config: from },
        connect_timeout: connectTimeout,
        ...(secret !== undefined && {
          typed_extension_protocol_options: protocolOptions({ http_protocol_options: {} }, [
            credential(secret, from),
            typed('envoy.filters.http.upstream_codec', 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'),
          ]),
        }),
      });
    },
    /** Envoy refuses it: it has no source of endpoints. */
    badCluster: (name: string, connectTimeout = '1s'): Resource =>
      resource('cluster', name, { name, type: 'EDS', connect_timeout: connectTimeout }),
    endpoint: (name: string, port: number): Resource =>
      resource('endpoint', name, { cluster_name: name, endpoints: [endpoints(port)] }),
    secret: (name: string, value: string): Resource =>
      resource('secret', name, { name, generic_secret: { secret: { inline_string: value } } }),
  };
}

function resource(type: TypeName, name: string, message: JsonObject): Resource {
  const typeUrl = typeUrls[type];
  const schema = messageTypes.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (schema === undefined) throw new Error(`There is no message type for ${typeUrl}.`);
  const body = toBinary(schema, fromJson(schema, message, { registry: messageTypes }));
  return { typeUrl, name, version: contentVersion(body), body, origins: [] };
}

function endpoints(port: number): JsonObject {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return { lb_endpoints: [{ endpoint: { address } }] };
}

function protocolOptions(explicit: JsonObject, filters: readonly JsonObject[] = []): JsonObject {
  const type = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return {
    [type]: {
      '@type': `type.googleapis.com/${type}`,
      explicit_http_config: explicit,
      ...(filters.length > 0 && { http_filters: [...filters] }),
    },
  };
}

function credential(secret: string, from: JsonObject): JsonObject {
  return typed(
    'envoy.filters.http.credential_injector',
    'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector',
    {
      overwrite: true,
      credential: typed(
        'envoy.http.injected_credentials.generic',
        'envoy.extensions.http.injected_credentials.generic.v3.Generic',
        { credential: { name: secret, sds_config: from } },
      ),
    },
  );
}

function typed(name: string, type: string, fields: JsonObject = {}): JsonObject {
  return { name, typed_config: { '@type': `type.googleapis.com/${type}`, ...fields } };
}
