import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Client, type ClientDuplexStream, connectivityState, credentials, type ServiceError } from '@grpc/grpc-js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import type { Logger } from '../../lib/log.ts';
import type { RefusedResource } from '../slot.ts';
import type { ProgramStore } from '../store.ts';
import { createBackoff } from './backoff.ts';
import { acknowledge, receivedResources, subscribeToAll } from './subscription.ts';

export interface ProgramClientOptions {
  /** The control plane, `host:port`. */
  readonly address: string;
  /**
   * Asked before every connection, since certificates rotate: when it gives others than before, the next connection
   * shows them. Absent: plain text, for a control plane on the same machine.
   */
  readonly tls?: () => ClientTls;
  /** Name that the control plane's certificate is for. Default: that of the address. */
  readonly serverName?: string;
  readonly node: {
    readonly id: string;
    readonly cluster: string;
    /** Which Gateway this processor serves: decides what it receives. Empty: the only one there is. */
    readonly gateway: string;
    readonly version: string;
  };
  readonly store: ProgramStore;
  readonly log: Logger;
  readonly onEvent?: (event: ProgramEvent) => void;
  readonly random?: () => number;
  /** Default 200 ms, doubling to 5 s. */
  readonly firstBackoffMs?: number;
  readonly longestBackoffMs?: number;
  /** So long may a connection take to come about. Default 5 s. */
  readonly connectLimitMs?: number;
}

/** PEM texts. */
export interface ClientTls {
  /** Absent: the system's certificates. */
  readonly ca?: Buffer;
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
}

/** For counters. */
export type ProgramEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  | {
      readonly kind: 'received';
      readonly typeUrl: string;
      readonly resources: number;
      readonly removed: number;
      readonly refused: number;
    };

export interface ProgramClient {
  readonly isConnected: boolean;
  stop(): void;
}

const method = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';

/** Ten thousand keys come in one response. */
const maxResponseBytes = 256 * 1024 * 1024;

type Stream = ClientDuplexStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;

/**
 * Keeps the store up to date over one delta ADS stream. While the control plane is away the store keeps what it has,
 * and after the return only differences travel.
 */
export function startProgramClient(options: ProgramClientOptions): ProgramClient {
  const { store, log } = options;
  const onEvent = options.onEvent ?? (() => {});
  const backoff = createBackoff({
    firstMs: options.firstBackoffMs ?? 200,
    longestMs: options.longestBackoffMs ?? 5_000,
    random: options.random ?? Math.random,
  });
  const channelOptions = {
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
    ...(options.serverName !== undefined && { 'grpc.ssl_target_name_override': options.serverName }),
  };
  let shown: ClientTls | undefined = options.tls?.();
  let client = new Client(options.address, channelCredentials(shown), channelOptions);
  let stream: Stream | undefined;
  let retry: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isConnected = false;
  let lastFailure = '';

  const replaceChannel = (tls: ClientTls | undefined): void => {
    const renewed = new Client(options.address, channelCredentials(tls), channelOptions);
    client.close();
    client = renewed;
    shown = tls;
  };

  const isReady = (): boolean => client.getChannel().getConnectivityState(false) === connectivityState.READY;

  /** A channel keeps the credentials that it was made with. */
  const renewChannel = (): void => {
    const tls = options.tls?.();
    if (isSameTls(tls, shown)) return;
    try {
      replaceChannel(tls);
      log.info({ address: options.address }, 'connecting with renewed certificates');
    } catch (error) {
      // Files that are being replaced do not fit each other for a moment. The next attempt reads them again.
      log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the renewed certificates are unusable');
    }
  };

  const connect = (): void => {
    renewChannel();
    const opened: Stream = client.makeBidiStreamRequest(method, encodeRequest, decodeResponse);
    stream = opened;
    limit = setTimeout(giveUp, options.connectLimitMs ?? 5_000, opened);
    opened.on('data', (response: DeltaDiscoveryResponse) => receive(opened, response));
    opened.on('error', (error: ServiceError) => lost(opened, error.details || error.message));
    opened.on('end', () => lost(opened, 'the control plane ended the stream'));
    store.typeUrls.forEach((typeUrl, index) => {
      opened.write(subscribeToAll(typeUrl, store.versions(typeUrl), index === 0 ? nodeOf(options) : undefined));
    });
  };

  /** The address of a pod that is gone answers nothing at all, and TCP itself asks it for two minutes. */
  const giveUp = (waiting: Stream): void => {
    if (waiting !== stream || isReady()) return;
    lost(waiting, 'no connection in time');
    waiting.cancel();
  };

  const receive = (from: Stream, response: DeltaDiscoveryResponse): void => {
    if (from !== stream) return;
    if (!isConnected) {
      isConnected = true;
      lastFailure = '';
      backoff.reset();
      onEvent({ kind: 'connected' });
      log.info({ address: options.address }, 'receiving the program from the control plane');
    }
    const wasReady = store.current !== undefined;
    const { received, refused: unreadable } = receivedResources(response);
    const refused = [...unreadable, ...store.apply(response.typeUrl, received, response.removedResources)];
    from.write(acknowledge(response, refused));
    onEvent({
      kind: 'received',
      typeUrl: response.typeUrl,
      resources: response.resources.length,
      removed: response.removedResources.length,
      refused: refused.length,
    });
    logRefused(response.typeUrl, refused);
    if (!wasReady && store.current !== undefined) log.info('the program is complete');
  };

  const logRefused = (typeUrl: string, refused: readonly RefusedResource[]): void => {
    for (const { name, reason } of refused) log.error({ typeUrl, resource: name, reason }, 'resource refused');
  };

  const lost = (from: Stream, reason: string): void => {
    if (from !== stream || isStopped) return;
    stream = undefined;
    clearTimeout(limit);
    if (isConnected) onEvent({ kind: 'disconnected' });
    isConnected = false;
    const waitMs = Math.round(backoff.next());
    // A control plane that is away for an hour is one line, not a thousand.
    if (reason !== lastFailure) {
      log.warn({ address: options.address, reason, waitMs }, 'the control plane is not reachable, trying again');
    }
    lastFailure = reason;
    // A channel that has failed once fails every call at once while it connects anew, however long nobody answers it.
    if (!isReady()) replaceChannel(shown);
    retry = setTimeout(connect, waitMs);
  };

  connect();
  return {
    get isConnected() {
      return isConnected;
    },
    stop() {
      isStopped = true;
      clearTimeout(retry);
      clearTimeout(limit);
      stream?.cancel();
      client.close();
    },
  };
}

function nodeOf({ node }: ProgramClientOptions) {
  return {
    id: node.id,
    cluster: node.cluster,
    metadata: node.gateway === '' ? {} : { gateway: node.gateway },
    userAgentName: 'sluice-processor',
    userAgentVersionType: { case: 'userAgentVersion', value: node.version },
  } as const;
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
