import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, type ClientDuplexStream, connectivityState, credentials } from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import type { Logger } from '../../lib/log.ts';

/** PEM texts. */
export interface ClientTls {
  /** Absent: the system's certificates. */
  readonly ca?: Buffer;
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
}

export interface ChannelOptions {
  readonly address: string;
  readonly tls?: () => ClientTls;
  readonly serverName?: string;
  readonly log: Logger;
}

export type Stream = ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/** The connection to the control plane, below the streams that come and go on it. */
export interface Channel {
  readonly isReady: boolean;
  /** A stream, on the certificates that are there now. */
  open(): Stream;
  /** Gives up the connection that is there, or that is being tried. */
  reconnect(): void;
  close(): void;
}

const method = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

/** Ten thousand keys come in one response. */
const maxResponseBytes = 256 * 1024 * 1024;

export function openChannel({ address, tls, serverName, log }: ChannelOptions): Channel {
  const grpcOptions = {
    // The waiting is ours; the channel's own, much longer one would come on top of it.
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 500,
    'grpc.max_receive_message_length': maxResponseBytes,
    // A control plane whose machine is gone says no goodbye.
    'grpc.keepalive_time_ms': 15_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    // Or a new channel would go on waiting for the connection that the one before it has given up.
    'grpc.use_local_subchannel_pool': 1,
    // Proxies of the environment are for the way out. This one would be shown the program, or could not reach loopback.
    'grpc.enable_http_proxy': 0,
    ...(serverName !== undefined && { 'grpc.ssl_target_name_override': serverName }),
  };
  let shown = tls?.();
  let client = new Client(address, channelCredentials(shown), grpcOptions);

  const replace = (next: ClientTls | undefined): void => {
    const renewed = new Client(address, channelCredentials(next), grpcOptions);
    client.close();
    client = renewed;
    shown = next;
  };

  /** A client keeps the credentials that it was made with. */
  const renew = (): void => {
    const next = tls?.();
    if (isSameTls(next, shown)) return;
    try {
      replace(next);
      log.info({ address }, 'connecting with renewed certificates');
    } catch (error) {
      // Files that are being replaced do not fit each other for a moment. The next attempt reads them again.
      log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the renewed certificates are unusable');
    }
  };

  return {
    get isReady() {
      return client.getChannel().getConnectivityState(false) === connectivityState.READY;
    },
    open() {
      renew();
      return client.makeBidiStreamRequest(method, encodeRequest, decodeResponse);
    },
    reconnect: () => replace(shown),
    close: () => client.close(),
  };
}

function channelCredentials(tls: ClientTls | undefined) {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(tls.ca ?? null, tls.privateKey ?? null, tls.certificate ?? null);
}

function isSameTls(a: ClientTls | undefined, b: ClientTls | undefined): boolean {
  const isSame = (x: Buffer | undefined, y: Buffer | undefined): boolean =>
    x === undefined || y === undefined ? x === y : x.equals(y);
  return isSame(a?.ca, b?.ca) && isSame(a?.certificate, b?.certificate) && isSame(a?.privateKey, b?.privateKey);
}

function encodeRequest(request: DeltaDiscoveryRequest): Buffer {
  return Buffer.from(toBinary(DeltaDiscoveryRequestSchema, request));
}

function decodeResponse(bytes: Buffer): DeltaDiscoveryResponse {
  return fromBinary(DeltaDiscoveryResponseSchema, bytes);
}
