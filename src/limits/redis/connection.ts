import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import { err, ok, type Result } from '../../lib/result.ts';
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

const urlPattern = /^(redis|rediss)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/;

/**
 * `redis://user:password@host:6379/0`, `rediss://` with TLS, `redis+sentinel://host:26379,host/master/0`,
 * `redis+cluster://host:6379,host:6379`. Errors never repeat the text: it may hold a password.
 */
export function parseRedisUrl(text: string): Result<RedisTarget> {
  const match = urlPattern.exec(text);
  if (match === null) return err('is not redis://, rediss://, redis+sentinel:// or redis+cluster:// with a host');
  const [, scheme, variant, login, hosts = '', path = ''] = match;
  const nodes: RedisNode[] = [];
  for (const host of hosts.split(',')) {
    const node = parseNode(host, variant === '+sentinel' ? 26_379 : 6_379);
    if (node === undefined) return err('names a host or port that is not one');
    nodes.push(node);
  }
  const address = addressOf(variant, nodes, path);
  if (!address.ok) return address;
  const credentials = parseLogin(login);
  if (credentials === undefined) return err('has a user or password that is not percent-encoded');
  return ok({ address: address.value, ...credentials, isTls: scheme === 'rediss' });
}

function addressOf(variant: string | undefined, nodes: readonly RedisNode[], path: string): Result<RedisAddress> {
  if (variant === '+cluster')
    return path === '' ? ok({ kind: 'cluster', nodes }) : err('names a database of a Cluster');
  const parts = path.split('/');
  const database = Number((variant === '+sentinel' ? parts[1] : parts[0]) || '0');
  if (!Number.isInteger(database) || database < 0) return err('names a database that is not a number');
  if (variant === '+sentinel') {
    const master = parts[0] ?? '';
    return master === ''
      ? err('names no master to ask the Sentinels for')
      : ok({ kind: 'sentinel', nodes, master, database });
  }
  const [first, ...more] = nodes;
  if (first === undefined || more.length > 0)
    return err('names several hosts; use redis+sentinel:// or redis+cluster://');
  return ok({ kind: 'single', nodes: [first], database });
}

function parseNode(text: string, defaultPort: number): RedisNode | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  return port > 65_535 ? undefined : { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function parseLogin(login: string | undefined): { username?: string; password?: string } | undefined {
  if (login === undefined || login === '') return {};
  const colon = login.indexOf(':');
  try {
    const username = decodeURIComponent(colon === -1 ? login : login.slice(0, colon));
    const password = colon === -1 ? undefined : decodeURIComponent(login.slice(colon + 1));
    return { ...(username === '' ? {} : { username }), ...(password === undefined ? {} : { password }) };
  } catch {
    return undefined;
  }
}

export interface ConnectOptions {
  /** Of `rediss`: authorities, a client certificate, the server's name. */
  readonly tls?: ConnectionOptions;
  /** An answer later than this counts as none. Default 100 ms: a limit is asked before every request. */
  readonly commandTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly random?: () => number;
}

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
    commandTimeout: options.commandTimeoutMs ?? 100,
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
