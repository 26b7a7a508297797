/** Everything a command touches of the outside, passed in so that tests can run commands in process. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Standard output is a terminal that wants colours. */
  readonly isColoured: boolean;
  /** Width of the terminal; infinite where there is none, since scripts want whole lines. */
  readonly columns: number;
  /** Aborted on SIGINT and SIGTERM, for commands that run until then. */
  readonly stop: AbortSignal;
}

/** https://no-color.org: set to anything but nothing, it says no. */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** Terminals that were never given a size, such as those of containers, say 0: lines are not broken there. */
export function widthOf({ columns }: { readonly columns?: number }): number {
  return columns === undefined || columns === 0 ? Number.POSITIVE_INFINITY : columns;
}
