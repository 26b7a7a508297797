import type { TypeName } from '../type-url.ts';

/** Fields of a message as protobuf-es holds them, seen without their static type. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Reference {
  readonly type: TypeName;
  readonly name: string;
}

/** Message types that name other resources, and how. A feature that brings a new way of naming adds a row. */
export const referenceRules: Readonly<Record<string, (message: Fields) => readonly Reference[]>> = {
  'envoy.config.cluster.v3.Cluster': (cluster) => {
    // EDS = 3. Without a service name, the assignment bears the cluster's own.
    if (value(cluster, 'clusterDiscoveryType', 'type') !== 3) return [];
    return to('endpoint', text(fields(cluster.edsClusterConfig).serviceName) || text(cluster.name));
  },
  'envoy.config.route.v3.RouteAction': (action) => to('cluster', value(action, 'clusterSpecifier', 'cluster')),
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': (weight) => to('cluster', weight.name),
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy': (mirror) => to('cluster', mirror.cluster),
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.ClusterWeight': (weight) =>
    to('cluster', weight.clusterName),
  // Every gRPC service that Envoy calls: external processor, rate limit, access log, tracing, authorization.
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': (service) => to('cluster', service.clusterName),
  'envoy.config.core.v3.HttpUri': (uri) => to('cluster', value(uri, 'httpUpstreamType', 'cluster')),
  'envoy.config.trace.v3.ZipkinConfig': (zipkin) => to('cluster', zipkin.collectorCluster),
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': (rds) =>
    text(rds.routeConfigName) === '' ? [] : to('route', rds.routeConfigName),
  'envoy.config.route.v3.ScopedRouteConfiguration': (scope) => to('route', scope.routeConfigurationName),
  // Without a source of its own the secret stands in the bootstrap.
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': (secret) =>
    secret.sdsConfig === undefined ? [] : to('secret', secret.name),
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': (filter) =>
    value(filter, 'configType', 'configDiscovery') === undefined ? [] : to('extensionConfig', filter.name),
  'envoy.config.listener.v3.Filter': (filter) =>
    value(filter, 'configType', 'configDiscovery') === undefined ? [] : to('extensionConfig', filter.name),
  'sluice.program.v1.Provider': (provider) => to('cluster', provider.cluster),
};

/**
 * Extensions that name clusters but are not part of the generated API, by message type: the path of field numbers that
 * leads to the names.
 */
export const opaqueClusterPaths: Readonly<Record<string, readonly number[]>> = {
  'envoy.extensions.clusters.aggregate.v3.ClusterConfig': [1],
  'envoy.extensions.clusters.composite.v3.ClusterConfig': [1, 1],
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': [2],
};

function to(type: TypeName, name: unknown): readonly Reference[] {
  return typeof name === 'string' && name !== '' ? [{ type, name }] : [];
}

function text(field: unknown): string {
  return typeof field === 'string' ? field : '';
}

function fields(message: unknown): Fields {
  return typeof message === 'object' && message !== null ? (message as Fields) : {};
}

/** Value of a oneof when this case is set. */
function value(message: Fields, oneof: string, wanted: string): unknown {
  const set = fields(message[oneof]);
  return set.case === wanted ? set.value : undefined;
}
