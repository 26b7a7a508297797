import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  /** Requests answered so far. */
  readonly count: number;
  /** What was wrong with those that failed, so far. */
  readonly failures: readonly string[];
  /** Lets what is open end. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly count: number;
  readonly failures: readonly string[];
  readonly perSecond: number;
}

/**
 * Clients that ask one request after the other until they are stopped. `ask` answers what was wrong, or nothing; what it
 * throws is wrong as well.
 */
export function startLoad(clients: number, ask: (client: number) => Promise<string | undefined>, pauseMs = 0): Load {
  const failures: string[] = [];
  const startedAt = performance.now();
  let count = 0;
  let isStopped = false;
  const run = async (client: number): Promise<void> => {
    while (!isStopped) {
      const failure = await ask(client).catch(reasonOf);
      count++;
      if (failure !== undefined) failures.push(failure);
      if (pauseMs > 0) await sleep(pauseMs);
    }
  };
  const running = Array.from({ length: clients }, (_, client) => run(client));
  return {
    get count() {
      return count;
    },
    failures,
    async stop() {
      isStopped = true;
      await Promise.all(running);
      const perSecond = Math.round((count * 1_000) / (performance.now() - startedAt));
      return { count, failures, perSecond };
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
