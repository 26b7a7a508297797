import type { DescMessage, Message } from '@bufbuild/protobuf';
import { fromBinary, isMessage } from '@bufbuild/protobuf';
import { type Any, AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { GrpcService_EnvoyGrpcSchema } from '../../gen/envoy/config/core/v3/grpc_service_pb.js';
import {
  RouteAction_RequestMirrorPolicySchema,
  RouteActionSchema,
  WeightedCluster_ClusterWeightSchema,
} from '../../gen/envoy/config/route/v3/route_components_pb.js';
import { RdsSchema } from '../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { ClusterWeightSchema } from '../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { SdsSecretConfigSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { ProviderSchema } from '../../gen/sluice/program/v1/program_pb.js';
import { getOrCreate } from '../../lib/get-or-create.ts';
import { messageTypes } from './message-types.ts';
import type { Resource } from './resource.ts';
import { typeUrls } from './type-url.ts';

/** Another resource that must exist for this one to work. */
export interface Reference {
  readonly typeUrl: string;
  readonly name: string;
}

const found = new WeakMap<Resource, readonly Reference[]>();

/** What a resource refers to. Found once per resource object, so an unchanged one costs nothing the next time. */
export function referencesOf(resource: Resource): readonly Reference[] {
  return getOrCreate(found, resource, () => {
    const schema = messageTypes.getMessage(resource.typeUrl.slice(resource.typeUrl.lastIndexOf('/') + 1));
    if (schema === undefined) return [];
    const references: Reference[] = [];
    visit(schema, fromBinary(schema, resource.body), references);
    return references;
  });
}

/** Name under which an EDS cluster asks for its endpoints; nothing for other clusters. */
export function edsNameOf(cluster: Resource): string | undefined {
  return referencesOf(cluster).find((reference) => reference.typeUrl === typeUrls.endpoint)?.name;
}

function visit(schema: DescMessage, message: Message, references: Reference[]): void {
  const own = referenceIn(message);
  if (own !== undefined && own.name !== '') references.push(own);
  if (isMessage(message, AnySchema)) visitAny(message, references);
  for (const field of schema.fields) {
    const value = (message as unknown as Record<string, unknown>)[field.oneof?.localName ?? field.localName];
    if (field.message === undefined || value === undefined) continue;
    for (const each of messagesIn(field.oneof === undefined ? value : chosen(value, field.localName))) {
      visit(field.message, each, references);
    }
  }
}

function visitAny(any: Any, references: Reference[]): void {
  const schema = messageTypes.getMessage(any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1));
  const inner = schema && anyUnpack(any, messageTypes);
  if (schema !== undefined && inner !== undefined) visit(schema, inner, references);
}

/** The value of a oneof, if it is this case. */
function chosen(oneof: unknown, name: string): unknown {
  const { case: selected, value } = oneof as { case?: string; value?: unknown };
  return selected === name ? value : undefined;
}

function messagesIn(value: unknown): Message[] {
  if (isMessage(value)) return [value];
  if (Array.isArray(value)) return value.filter((each): each is Message => isMessage(each));
  return typeof value === 'object' && value !== null
    ? Object.values(value).filter((each): each is Message => isMessage(each))
    : [];
}

function referenceIn(message: Message): Reference | undefined {
  const cluster = (name: string): Reference => ({ typeUrl: typeUrls.cluster, name });
  if (isMessage(message, ClusterSchema)) return endpointsOf(message);
  if (isMessage(message, RouteActionSchema)) {
    return message.clusterSpecifier.case === 'cluster' ? cluster(message.clusterSpecifier.value) : undefined;
  }
  if (isMessage(message, WeightedCluster_ClusterWeightSchema)) return cluster(message.name);
  if (isMessage(message, ClusterWeightSchema)) return cluster(message.clusterName);
  if (isMessage(message, RouteAction_RequestMirrorPolicySchema)) return cluster(message.cluster);
  if (isMessage(message, GrpcService_EnvoyGrpcSchema)) return cluster(message.clusterName);
  if (isMessage(message, ProviderSchema)) return cluster(message.cluster);
  if (isMessage(message, RdsSchema)) return { typeUrl: typeUrls.route, name: message.routeConfigName };
  if (isMessage(message, SdsSecretConfigSchema) && message.sdsConfig !== undefined) {
    return { typeUrl: typeUrls.secret, name: message.name };
  }
  return undefined;
}

function endpointsOf(cluster: Cluster): Reference | undefined {
  const type = cluster.clusterDiscoveryType;
  if (type.case !== 'type' || type.value !== Cluster_DiscoveryType.EDS) return undefined;
  return { typeUrl: typeUrls.endpoint, name: cluster.edsClusterConfig?.serviceName || cluster.name };
}
