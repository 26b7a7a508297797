/** A cluster to test in, whoever brings it. */
export interface Cluster {
  /** What tests find it by: KUBECONFIG, and how its API server can be switched off. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
  /** The command that does the same, for one that was kept. */
  readonly stopCommand?: string;
}

export type Say = (line: string) => void;
/** Where `interruption` comes too late to end the start, the cluster is there, and whoever asked for it stops it. */
export type Provider = (env: NodeJS.ProcessEnv, say: Say, interruption: AbortSignal) => Promise<Cluster>;
