/** Where counters are kept. Secrets are names in `program.secrets`; empty: none. */
export type StoreSettings = MemoryStoreSettings | RedisStoreSettings;

export interface MemoryStoreSettings {
  readonly kind: 'memory';
  /** File that survives a restart; empty: none. */
  readonly snapshot: string;
  readonly replicas: number;
}

export interface RedisStoreSettings {
  readonly kind: 'redis';
  /** `host:port`: of the server, of nodes of the cluster, or of sentinels. */
  readonly addresses: readonly string[];
  /** Empty: no sentinels. */
  readonly sentinelMaster: string;
  readonly sentinelUsername: string;
  readonly sentinelPassword: string;
  readonly isCluster: boolean;
  readonly username: string;
  readonly password: string;
  readonly database: number;
  readonly tls: RedisTls | undefined;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  /** Commands that may wait for an answer or a connection. */
  readonly mostQueued: number;
  /** Tokens that a processor may take in advance of a busy counter; 0: every request asks the store. */
  readonly leaseTokens: number;
  /** Processors that share the counters: what "an equal share" is when the store is away. At least 1. */
  readonly replicas: number;
}

export interface RedisTls {
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** Empty: the host of the address. */
  readonly serverName: string;
}

/** Where records go: any of them; none when both are empty. */
export interface RecordSink {
  /** `-`: standard output. */
  readonly file: string;
  /** Name of a stream in the Redis of the store. */
  readonly redisStream: string;
  readonly redisMaxLength: number;
}
