import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { ClusterSchema } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../../gen/envoy/config/listener/v3/listener_pb.js';
import { HttpConnectionManagerSchema } from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { UpstreamTlsContextSchema } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { ProviderSchema } from '../../../gen/sluice/program/v1/program_pb.js';
import type { Resource } from '../../../xds/snapshot/resource.ts';
import { typeUrls } from '../../../xds/snapshot/type-url.ts';

type Type = 'cluster' | 'programProvider' | 'secret' | 'listener' | 'extensionConfig' | 'route' | 'programRoute';

/** `uses`: the cluster of a provider, the secret of a cluster, the filter of a listener. */
export function resource(type: Type, name: string, version = '1', uses = name): Resource {
  const body = {
    cluster: () => (uses === name ? Buffer.alloc(0) : clusterWithSecret(uses)),
    programProvider: () => toBinary(ProviderSchema, create(ProviderSchema, { name, cluster: uses })),
    secret: () => Buffer.alloc(0),
    extensionConfig: () => Buffer.alloc(0),
    route: () => Buffer.alloc(0),
    programRoute: () => Buffer.alloc(0),
    listener: () => listenerWithFilter(uses),
  }[type]();
  return { typeUrl: typeUrls[type], name, version, body, origins: [] };
}

function clusterWithSecret(secret: string): Uint8Array {
  const tlsCertificateSdsSecretConfigs = [{ name: secret, sdsConfig: {} }];
  const context = create(UpstreamTlsContextSchema, { commonTlsContext: { tlsCertificateSdsSecretConfigs } });
  const typedConfig = anyPack(UpstreamTlsContextSchema, context);
  const transportSocket = { name: 'tls', configType: { case: 'typedConfig', value: typedConfig } } as const;
  return toBinary(ClusterSchema, create(ClusterSchema, { transportSocket }));
}

function listenerWithFilter(name: string): Uint8Array {
  const discovered = { case: 'configDiscovery', value: { configSource: {} } } as const;
  const manager = create(HttpConnectionManagerSchema, { httpFilters: [{ name, configType: discovered }] });
  const configType = { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) } as const;
  return toBinary(
    ListenerSchema,
    create(ListenerSchema, { filterChains: [{ filters: [{ name: 'http', configType }] }] }),
  );
}
