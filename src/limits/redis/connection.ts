import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import { errorCodeOf } from './error-code.ts';

/** Where a Redis is and who we are to it. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly nodes: readonly [RedisNode]; readonly database: number }
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      readonly master: string;
      readonly database: number;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] };

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisTarget {
  readonly address: RedisAddress;
  readonly username?: string;
  readonly password?: string;
  /** Who we are to the Sentinels, where they ask. */
  readonly sentinelLogin?: { readonly username?: string; readonly password?: string };
  readonly isTls: boolean;
}

export interface ConnectOptions {
  /** Of `rediss`: authorities, a client certificate, the server's name. */
  readonly tls?: ConnectionOptions;
  /** An answer later than this counts as none. Default 100 ms: a limit is asked before every request. */
  readonly commandTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly random?: () => number;
}

export const defaultCommandTimeoutMs = 100;

export type RedisClient = Redis | Cluster;

/**
 * Connects in the background and keeps trying. Commands fail at once while there is no connection: a queue would turn an
 * outage into latency. Replicas try again at random moments, so that a Redis that comes back is not met by all at once.
 */
export function connectRedis(target: RedisTarget, options: ConnectOptions = {}): RedisClient {
  const random = options.random ?? Math.random;
  const retry = (times: number): number => Math.round((0.5 + random()) * Math.min(2_000, 50 * 2 ** Math.min(times, 6)));
  const common: CommonOptions = {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.isTls ? { tls: options.tls ?? {} } : {}),
    commandTimeout: options.commandTimeoutMs ?? defaultCommandTimeoutMs,
    connectTimeout: options.connectTimeoutMs ?? 2_000,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Commands are told what it is not ready for, and nothing has to be asked that an ACL may forbid.
    enableReadyCheck: false,
    // A former master answers so after a failover: the new one is found by connecting anew.
    reconnectOnError: (error: Error): boolean => errorCodeOf(error.message) === 'READONLY',
  };
  const client = create(target, common, retry);
  // Without a listener an error would end the process; what matters is answered per command.
  client.on('error', () => undefined);
  return client;
}

interface CommonOptions {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  readonly commandTimeout: number;
  readonly connectTimeout: number;
  readonly autoResendUnfulfilledCommands: boolean;
  readonly maxRetriesPerRequest: number;
  readonly enableReadyCheck: boolean;
  readonly reconnectOnError: (error: Error) => boolean;
}

function create(
  { address, sentinelLogin = {} }: RedisTarget,
  common: CommonOptions,
  retry: (times: number) => number,
): RedisClient {
  switch (address.kind) {
    case 'single': {
      const [{ host, port }] = address.nodes;
      return new Redis({
        ...common,
        host,
        port,
        db: address.database,
        retryStrategy: retry,
        enableOfflineQueue: false,
      });
    }
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: [...address.nodes],
        name: address.master,
        ...(sentinelLogin.username === undefined ? {} : { sentinelUsername: sentinelLogin.username }),
        ...(sentinelLogin.password === undefined ? {} : { sentinelPassword: sentinelLogin.password }),
        db: address.database,
        retryStrategy: retry,
        sentinelRetryStrategy: retry,
        enableOfflineQueue: false,
        // By this check it is found out whether it is the master; one that loads is asked again within a second.
        enableReadyCheck: true,
        maxLoadingRetryTime: 1_000,
        ...(common.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: common.tls }),
      });
    case 'cluster':
      return new Cluster([...address.nodes], {
        redisOptions: common,
        clusterRetryStrategy: retry,
        enableOfflineQueue: false,
        maxRedirections: 4,
        retryDelayOnFailover: 50,
        retryDelayOnClusterDown: 50,
        slotsRefreshTimeout: common.connectTimeout,
      });
  }
}
