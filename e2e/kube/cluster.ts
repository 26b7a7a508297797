/** A cluster to test in, whoever brings it. */
export interface Cluster {
  /** What tests find it by: KUBECONFIG, and how its API server can be switched off. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export type Say = (line: string) => void;
export type Provider = (env: NodeJS.ProcessEnv, say: Say) => Promise<Cluster>;
