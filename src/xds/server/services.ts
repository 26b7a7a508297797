import { fromBinary } from '@bufbuild/protobuf';
import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { typeUrls } from '../snapshot/type-url.ts';

/** One streaming method: which variant, and which type its requests may leave out. ADS carries them all. */
export interface DiscoveryMethod {
  readonly service: string;
  readonly method: string;
  readonly variant: 'sotw' | 'delta';
  readonly impliedType: string | undefined;
}

export type SotwCall = ServerDuplexStream<DiscoveryRequest, Buffer>;
export type DeltaCall = ServerDuplexStream<DeltaDiscoveryRequest, Buffer>;

const perType: readonly (readonly [service: string, suffix: string, typeUrl: string])[] = [
  ['envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners', typeUrls.listener],
  ['envoy.service.route.v3.RouteDiscoveryService', 'Routes', typeUrls.route],
  ['envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters', typeUrls.cluster],
  ['envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints', typeUrls.endpoint],
  ['envoy.service.secret.v3.SecretDiscoveryService', 'Secrets', typeUrls.secret],
  ['envoy.service.runtime.v3.RuntimeDiscoveryService', 'Runtime', typeUrls.runtime],
  ['envoy.service.extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs', typeUrls.extensionConfig],
];

const aggregated = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

export const discoveryMethods: readonly DiscoveryMethod[] = [
  { service: aggregated, method: 'StreamAggregatedResources', variant: 'sotw', impliedType: undefined },
  { service: aggregated, method: 'DeltaAggregatedResources', variant: 'delta', impliedType: undefined },
  ...perType.flatMap(([service, suffix, impliedType]) => [
    { service, method: `Stream${suffix}`, variant: 'sotw', impliedType } as const,
    { service, method: `Delta${suffix}`, variant: 'delta', impliedType } as const,
  ]),
];

/** As grpc-js wants it: requests are decoded, responses are bytes already. */
export function serviceDefinition(method: DiscoveryMethod): ServiceDefinition {
  const schema = method.variant === 'sotw' ? DiscoveryRequestSchema : DeltaDiscoveryRequestSchema;
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    [method.method]: {
      path: `/${method.service}/${method.method}`,
      requestStream: true,
      responseStream: true,
      requestSerialize: identity,
      requestDeserialize: (bytes: Buffer) => fromBinary(schema, bytes),
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}
