import { ListenerSchema } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import type { GatewayModel } from '../../model/gateway.ts';
import type { Listener } from '../../model/listener.ts';
import type { Resource } from '../snapshot/resource.ts';
import { connectionManager } from './connection-manager.ts';
import { seconds } from './duration.ts';
import { encode } from './encode.ts';
import { asTypedConfig } from './extension.ts';
import { listenerTls } from './listener-tls.ts';

const mebibyte = 1024 * 1024;

/**
 * How much of an answer may wait for a slow client, per connection. The limit of a request body is the route's, and
 * larger. Where a policy watches answers it is one that no answer reaches: whole bodies are collected within it, and
 * Envoy 1.40.0 may die when an answer passes it that an upstream processor filter has just let go.
 */
const bufferLimit = { normal: mebibyte, watching: 64 * mebibyte } as const;

export function listenerResource(listener: Listener, gateway: GatewayModel): Resource {
  const { settings } = gateway;
  const isWatching = gateway.routes.some((route) => route.watchBody || route.firstTokenTimeoutMs !== undefined);
  return encode(
    ListenerSchema,
    listener.name,
    {
      name: listener.name,
      address: {
        address: {
          case: 'socketAddress',
          value: { address: listener.address, portSpecifier: { case: 'portValue', value: listener.port } },
        },
      },
      perConnectionBufferLimitBytes: isWatching ? bufferLimit.watching : bufferLimit.normal,
      filterChains: [
        {
          filters: [asTypedConfig(connectionManager(listener, settings))],
          // A client that connects and never finishes its handshake.
          transportSocketConnectTimeout: seconds(10),
          ...(listener.tls === undefined ? {} : { transportSocket: asTypedConfig(listenerTls(listener.tls)) }),
        },
      ],
    },
    listener.origins,
  );
}
