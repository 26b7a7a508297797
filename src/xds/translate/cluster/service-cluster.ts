import { isIP } from 'node:net';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ClusterSchema, Cluster_DiscoveryType as Discovery } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { HttpProtocolOptionsSchema } from '../../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import type { ServiceBackend } from '../../../model/service.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { seconds } from '../duration.ts';
import { encode } from '../encode.ts';
import { asTypedConfig, packed } from '../extension.ts';
import type { TranslateOptions } from '../options.ts';
import { lookupFamily } from './lookup-family.ts';
import { unbounded } from './unbounded.ts';
import { upstreamTls } from './upstream-tls.ts';

const encoded = new WeakMap<ServiceBackend, { readonly options: TranslateOptions; readonly resource: Resource }>();

/** The cluster of an ordinary service: no processor, no credential, nothing that a provider's has for its chain. */
export function serviceCluster(backend: ServiceBackend, options: TranslateOptions): Resource {
  const known = encoded.get(backend);
  if (known?.options === options) return known.resource;
  const resource = encode(ClusterSchema, backend.cluster, cluster(backend, options), backend.origins);
  encoded.set(backend, { options, resource });
  return resource;
}

/** Below the 5 s after which Node and uvicorn close: who ends first has no reset to explain. */
const idleSeconds = 4;

function cluster(backend: ServiceBackend, options: TranslateOptions): MessageInitShape<typeof ClusterSchema> {
  const { tls, endpoints } = backend;
  const isStatic = endpoints.every(({ host }) => isIP(host) !== 0);
  return {
    name: backend.cluster,
    clusterDiscoveryType: { case: 'type', value: isStatic ? Discovery.STATIC : Discovery.STRICT_DNS },
    connectTimeout: seconds(5),
    circuitBreakers: unbounded,
    ...(isStatic ? {} : { dnsLookupFamily: lookupFamily(options), respectDnsTtl: true, dnsRefreshRate: seconds(5) }),
    loadAssignment: {
      clusterName: backend.cluster,
      endpoints: [{ lbEndpoints: endpoints.map(({ host, port }) => endpoint(host, port)) }],
    },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': packed(HttpProtocolOptionsSchema, {
        commonHttpProtocolOptions: { idleTimeout: seconds(idleSeconds) },
        upstreamProtocolOptions: {
          case: 'explicitHttpConfig',
          value: {
            protocolConfig:
              backend.protocol === 'http2'
                ? { case: 'http2ProtocolOptions', value: {} }
                : { case: 'httpProtocolOptions', value: {} },
          },
        },
      }),
    },
    ...(tls === undefined ? {} : { transportSocket: asTypedConfig(upstreamTls(tls, options)) }),
  };
}

function endpoint(address: string, port: number) {
  const socketAddress = { address, portSpecifier: { case: 'portValue', value: port } } as const;
  const value = { address: { address: { case: 'socketAddress', value: socketAddress } } } as const;
  return { hostIdentifier: { case: 'endpoint', value } } as const;
}
