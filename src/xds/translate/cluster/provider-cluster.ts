import { isIP } from 'node:net';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ClusterSchema, Cluster_DiscoveryType as Discovery } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { HttpProtocolOptionsSchema } from '../../../gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import type { Address, Provider } from '../../../model/provider.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { milliseconds, seconds } from '../duration.ts';
import { encode } from '../encode.ts';
import { asTypedConfig, packed } from '../extension.ts';
import { type ProviderNeeds, upstreamFilters } from '../filters/order.ts';
import type { TranslateOptions } from '../options.ts';
import { authority } from './authority.ts';
import { lookupFamily } from './lookup-family.ts';
import { refusingEndpoint } from './refusing-endpoint.ts';
import { unbounded } from './unbounded.ts';
import { upstreamTls } from './upstream-tls.ts';

interface Encoded {
  readonly options: TranslateOptions;
  readonly needs: ProviderNeeds;
  readonly resource: Resource;
}

const encoded = new WeakMap<Provider, Encoded>();

/**
 * A connection closed by the other side in the moment of its reuse is a reset that nobody needs, so ours ends first. Below
 * the 60 s after which common load balancers close; without TLS, where a new connection costs little and model servers
 * answer themselves, below the 5 s of uvicorn and Node.
 */
const idleSeconds = { plain: 4, tls: 55 } as const;

/**
 * The cluster of one provider. Encoded once per provider object: an unchanged provider costs nothing. Envoy has the key
 * that signs requests from here, since its signing filter takes none over SDS.
 */
export function providerCluster(needs: ProviderNeeds, options: TranslateOptions): Resource {
  const { provider } = needs;
  const known = encoded.get(provider);
  if (known?.options === options && isSame(known.needs, needs)) return known.resource;
  const resource = encode(ClusterSchema, provider.cluster, cluster(needs, options), provider.origins);
  encoded.set(provider, { options, needs, resource });
  return resource;
}

function isSame(a: ProviderNeeds, b: ProviderNeeds): boolean {
  return a.signingKey === b.signingKey && a.isWatched === b.isWatched && a.isFollowed === b.isFollowed;
}

function cluster(needs: ProviderNeeds, options: TranslateOptions): MessageInitShape<typeof ClusterSchema> {
  const { provider } = needs;
  const { endpoint, tls, moreEndpoints = [] } = provider;
  const isAddress = isIP(endpoint.host) !== 0;
  return {
    name: provider.cluster,
    // The cluster's name changes with the address; who watches the statistics and reads the log means the provider.
    altStatName: `provider/${provider.name}`,
    clusterDiscoveryType: { case: 'type', value: isAddress ? Discovery.STATIC : Discovery.STRICT_DNS },
    connectTimeout: milliseconds(provider.connectTimeoutMs),
    ...(isAddress
      ? {}
      : {
          dnsLookupFamily: lookupFamily(options),
          // Providers move their names quickly in an outage, and say so by a short time to live.
          respectDnsTtl: true,
          dnsRefreshRate: seconds(30),
          dnsFailureRefreshRate: { baseInterval: milliseconds(500), maxInterval: seconds(5) },
        }),
    circuitBreakers: unbounded,
    // A peer that vanished without a word is noticed while a stream is silent.
    upstreamConnectionOptions: { tcpKeepalive: { keepaliveTime: 30, keepaliveInterval: 10, keepaliveProbes: 3 } },
    loadAssignment: {
      clusterName: provider.cluster,
      endpoints: [
        {
          lbEndpoints: [endpoint, ...moreEndpoints].map((address) => lbEndpoint(address, tls !== undefined)),
        },
        refusingEndpoint(1),
      ],
    },
    typedExtensionProtocolOptions: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': packed(HttpProtocolOptionsSchema, {
        commonHttpProtocolOptions: { idleTimeout: seconds(tls === undefined ? idleSeconds.plain : idleSeconds.tls) },
        upstreamProtocolOptions:
          tls === undefined
            ? { case: 'explicitHttpConfig', value: { protocolConfig: plainProtocol(provider) } }
            : { case: 'autoConfig', value: { httpProtocolOptions: {}, http2ProtocolOptions: {} } },
        httpFilters: upstreamFilters(needs).map(asTypedConfig),
      }),
    },
    ...(tls === undefined ? {} : { transportSocket: asTypedConfig(upstreamTls(tls, options)) }),
  };
}

/** Nobody negotiates without TLS. */
function plainProtocol({ isPlainHttp2 }: Provider) {
  return isPlainHttp2 === true
    ? ({ case: 'http2ProtocolOptions', value: {} } as const)
    : ({ case: 'httpProtocolOptions', value: {} } as const);
}

function lbEndpoint(address: Address, hasTls: boolean) {
  const socketAddress = { address: address.host, portSpecifier: { case: 'portValue', value: address.port } } as const;
  const value = {
    // Becomes the host header of the attempt.
    hostname: authority(address, hasTls),
    address: { address: { case: 'socketAddress', value: socketAddress } },
  } as const;
  return { hostIdentifier: { case: 'endpoint', value } } as const;
}
