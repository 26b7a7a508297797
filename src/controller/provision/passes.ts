/** What came of a pass. One that was not due leaves open whether everything is as it is wanted. */
export type PassOutcome = 'complete' | 'faulty' | 'not due';

export interface PassesOptions {
  pass(): Promise<PassOutcome>;
  /** It has ended, however it did. */
  onDone(): void;
  onError(error: unknown): void;
}

export interface Passes {
  /** Another one: at once, or when the present one has ended. */
  ask(): void;
  /** Resolves when none is running. */
  idle(): Promise<void>;
  close(): void;
}

/** A faulty pass is repeated after so long, twice as long each time. */
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** Certificates come due without anybody saying so. */
const everyMs = 60_000;

/** One pass at a time, and one from time to time that nobody has asked for. */
export function createPasses({ pass, onDone, onError }: PassesOptions): Passes {
  let running: Promise<void> | undefined;
  let isAgain = false;
  let isClosed = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  function ask(): void {
    if (isClosed) return;
    if (running !== undefined) {
      isAgain = true;
      return;
    }
    clearTimeout(timer);
    isAgain = false;
    running = run().finally(() => {
      running = undefined;
      onDone();
      if (isClosed) return;
      if (isAgain) ask();
      else timer = setTimeout(ask, failures === 0 ? everyMs : retryMs(failures)).unref();
    });
  }

  async function run(): Promise<void> {
    try {
      const outcome = await pass();
      if (outcome === 'complete') failures = 0;
      if (outcome === 'faulty') failures += 1;
    } catch (error) {
      failures += 1;
      onError(error);
    }
  }

  return {
    ask,
    async idle() {
      while (running !== undefined) await running;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

function retryMs(failures: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10));
}
