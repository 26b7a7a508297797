import type { MessageInitShape } from '@bufbuild/protobuf';
import type { FilterChain, FilterChainSchema } from '../../../gen/envoy/config/listener/v3/listener_components_pb.js';
import { type Listener as ListenerMessage, ListenerSchema } from '../../../gen/envoy/config/listener/v3/listener_pb.js';
import { TlsInspectorSchema } from '../../../gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import type { Listener } from '../../../model/listener.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { seconds } from '../duration.ts';
import { encode } from '../encode.ts';
import { asTypedConfig, extension } from '../extension.ts';
import type { Port } from '../ports.ts';
import { watchesResponses } from '../watching.ts';
import { connectionManager } from './connection-manager.ts';
import { listenerTls } from './listener-tls.ts';

type FilterChainInit = Exclude<MessageInitShape<typeof FilterChainSchema>, FilterChain>;
type ListenerInit = Exclude<MessageInitShape<typeof ListenerSchema>, ListenerMessage>;

const mebibyte = 1024 * 1024;

/**
 * How much of an answer may wait for a slow client, per connection. The limit of a request body is the route's, and
 * larger. Where a policy watches answers it is one that nothing reaches: whole bodies are collected within it, and Envoy
 * 1.40.0 dies when answers pass it while an upstream processor filter has one of them. Over HTTP/2 `mostWaitingFrames` see
 * to that: they hold at most 156 MiB, and a client that lets more wait loses its connection before it reaches the limit.
 */
const bufferLimit = { normal: mebibyte, watching: 256 * mebibyte } as const;

export function listenerResource(port: Port, gateway: GatewayModel): Resource {
  return encode(
    ListenerSchema,
    port.name,
    {
      name: port.name,
      address: {
        address: {
          case: 'socketAddress',
          value: {
            address: port.address,
            portSpecifier: { case: 'portValue', value: port.port },
            // Every address of both families.
            ...(port.address === '::' && { ipv4Compat: true }),
          },
        },
      },
      perConnectionBufferLimitBytes: watchesResponses(gateway) ? bufferLimit.watching : bufferLimit.normal,
      ...chainsOf(port, gateway),
    },
    port.origins,
  );
}

type Chains = Pick<ListenerInit, 'listenerFilters' | 'filterChains' | 'defaultFilterChain'>;

/** Hosts without TLS are told apart by the virtual hosts; those with TLS before that, by the certificate to be shown. */
function chainsOf(port: Port, gateway: GatewayModel): Chains {
  const [first, ...others] = port.listeners;
  if (first.tls === undefined || others.length === 0) return { filterChains: [filterChain(port, first, gateway)] };
  const filterChains = port.listeners.map(
    (listener): FilterChainInit => ({
      ...filterChain(port, listener, gateway),
      name: listener.name,
      // The most specific name wins; one without names takes what is left.
      filterChainMatch: { serverNames: [...listener.hostnames] },
    }),
  );
  const listenerFilters = [asTypedConfig(tlsInspector)];
  if (port.listeners.some(({ hostnames }) => hostnames.length === 0)) return { listenerFilters, filterChains };
  // As on a port of one listener: who names no host of ours, such as a load balancer that asks by address, gets as far
  // as the virtual hosts, which answer accordingly.
  const defaultFilterChain = { ...filterChain(port, first, gateway), name: `${port.name}/other-hosts` };
  return { listenerFilters, filterChains, defaultFilterChain };
}

/** Reads the name of the host out of the first message, before a certificate has to be chosen. */
const tlsInspector = extension('envoy.filters.listener.tls_inspector', TlsInspectorSchema, {});

function filterChain(port: Port, { tls }: Listener, gateway: GatewayModel): FilterChainInit {
  return {
    filters: [asTypedConfig(connectionManager(port, gateway))],
    // A client that connects and never finishes its handshake.
    transportSocketConnectTimeout: seconds(10),
    ...(tls === undefined ? {} : { transportSocket: asTypedConfig(listenerTls(tls)) }),
  };
}
