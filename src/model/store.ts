/** Where counters are kept. Secrets are names; empty: none. */
export type Store =
  | { readonly kind: 'memory'; readonly snapshot: string }
  | {
      readonly kind: 'redis';
      readonly addresses: readonly string[];
      readonly sentinelMaster: string;
      readonly sentinelUsername: string;
      readonly sentinelPassword: string;
      readonly isCluster: boolean;
      readonly username: string;
      readonly password: string;
      readonly database: number;
      readonly tls?: {
        readonly ca: string;
        readonly certificate: string;
        readonly privateKey: string;
        readonly serverName: string;
      };
      readonly keyPrefix: string;
      readonly commandTimeoutMs: number;
      readonly mostQueued: number;
      readonly leaseTokens: number;
      readonly replicas: number;
    };

/** Where records go; nowhere when both names are empty. */
export interface RecordSink {
  /** `-`: standard output. */
  readonly file: string;
  readonly redisStream: string;
  readonly redisMaxLength: number;
}
