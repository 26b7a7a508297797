import type { ServiceError } from '@grpc/grpc-js';
import type { DeltaDiscoveryResponse } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { type BackOff, backOffMs } from '../../lib/back-off.ts';
import type { Logger } from '../../lib/log.ts';
import type { RefusedResource } from '../slot.ts';
import type { ProgramStore } from '../store.ts';
import { type ClientTls, openChannel, type Stream } from './channel.ts';
import { failureText } from './failure-text.ts';
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
  /** Between attempts. Default 200 ms, doubling to 5 s. */
  readonly backOff?: BackOff;
  /** So long may a connection take to come about. Default 5 s. */
  readonly connectLimitMs?: number;
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

const defaultBackOff: BackOff = { firstMs: 200, maxMs: 5_000 };

/**
 * Keeps the store up to date over one delta ADS stream. While the control plane is away the store keeps what it has,
 * and after the return only differences travel.
 */
export function startProgramClient(options: ProgramClientOptions): ProgramClient {
  const { store, log } = options;
  const onEvent = options.onEvent ?? (() => {});
  const backOff = options.backOff ?? defaultBackOff;
  const random = options.random ?? Math.random;
  const channel = openChannel(options);
  let stream: Stream | undefined;
  let retry: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isConnected = false;
  let failures = 0;
  let lastFailure = '';

  const connect = (): void => {
    const opened = channel.open();
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
    if (waiting !== stream || channel.isReady) return;
    lost(waiting, 'no connection in time');
    waiting.cancel();
  };

  const receive = (from: Stream, response: DeltaDiscoveryResponse): void => {
    if (from !== stream) return;
    if (!isConnected) {
      isConnected = true;
      lastFailure = '';
      failures = 0;
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

  const lost = (from: Stream, details: string): void => {
    if (from !== stream || isStopped) return;
    const reason = failureText(details, options.tls?.().certificate);
    stream = undefined;
    clearTimeout(limit);
    if (isConnected) onEvent({ kind: 'disconnected' });
    isConnected = false;
    failures += 1;
    const waitMs = backOffMs(backOff, failures, random());
    // A control plane that is away for an hour is one line, not a thousand.
    if (reason !== lastFailure) {
      log.warn({ address: options.address, reason, waitMs }, 'the control plane is not reachable, trying again');
    }
    lastFailure = reason;
    // A channel that has failed once fails every call at once while it connects anew, however long nobody answers it.
    if (!channel.isReady) channel.reconnect();
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
      channel.close();
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
