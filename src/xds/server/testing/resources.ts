import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Cluster_DiscoveryType, ClusterSchema } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../../gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../../gen/envoy/config/route/v3/route_pb.js';
import { HttpConnectionManagerSchema } from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { Resource } from '../../snapshot/resource.ts';
import { type TypeName, typeUrls } from '../../snapshot/type-url.ts';

/**
 * A resource as a test writes it: `name@version`, and with `>name` what it refers to (assignment, routes, cluster). A
 * listener with `>=name` has its routes within, and they lead to that cluster.
 */
export function resource(type: TypeName, text: string): Resource {
  const [identity = '', target] = text.split('>');
  const [name = '', version = '1'] = identity.split('@');
  return { typeUrl: typeUrls[type], name, version, body: body(type, name, target), origins: [`Test/${name}`] };
}

function body(type: TypeName, name: string, target: string | undefined): Uint8Array {
  if (type === 'cluster') return toBinary(ClusterSchema, create(ClusterSchema, { name, ...endpointsFrom(target) }));
  if (type === 'endpoint') {
    return toBinary(ClusterLoadAssignmentSchema, create(ClusterLoadAssignmentSchema, { clusterName: name }));
  }
  if (type === 'listener') return toBinary(ListenerSchema, create(ListenerSchema, listenerFields(name, target)));
  if (type === 'route') {
    return toBinary(RouteConfigurationSchema, create(RouteConfigurationSchema, routeFields(name, target)));
  }
  return new Uint8Array();
}

function endpointsFrom(serviceName: string | undefined) {
  if (serviceName === undefined) return {};
  return {
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { serviceName },
  } as const;
}

function listenerFields(name: string, routeConfigName: string | undefined) {
  if (routeConfigName === undefined) return { name };
  const routes = routeConfigName.startsWith('=')
    ? ({ case: 'routeConfig', value: routeFields('within', routeConfigName.slice(1)) } as const)
    : ({ case: 'rds', value: { routeConfigName } } as const);
  const manager = create(HttpConnectionManagerSchema, { routeSpecifier: routes });
  const typedConfig = anyPack(HttpConnectionManagerSchema, manager);
  return {
    name,
    filterChains: [{ filters: [{ name: 'hcm', configType: { case: 'typedConfig', value: typedConfig } as const }] }],
  };
}

function routeFields(name: string, cluster: string | undefined) {
  if (cluster === undefined) return { name };
  const action = { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster } } } as const;
  return { name, virtualHosts: [{ name: 'all', domains: ['*'], routes: [{ action }] }] };
}
