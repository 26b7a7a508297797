import { type BackOff, backOffMs } from '../../../lib/back-off.ts';

export interface ReadingAgainOptions<A> {
  read(): Promise<A>;
  /** Whether it was an answer, or something that may go over. */
  take(answer: A): 'read' | 'failed';
  /** What is known is what there is. */
  isCurrent(): boolean;
}

export interface ReadingAgain {
  /** Resolves when what is known is no older than the call. */
  look(): Promise<void>;
  close(): void;
}

const pause: BackOff = { firstMs: 500, maxMs: 30_000 };

/** Reads one thing at a time and once for all who ask, and again after what failed. */
export function createReadingAgain<A>({ read, take, isCurrent }: ReadingAgainOptions<A>): ReadingAgain {
  let reading: Promise<void> | undefined;
  /** It has changed again while it was being read. */
  let isOutdated = false;
  let isClosed = false;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;

  async function readUntilCurrent(): Promise<void> {
    do {
      isOutdated = false;
      clearTimeout(retry);
      const answer = await read();
      if (isClosed) return;
      failures = take(answer) === 'read' ? 0 : failures + 1;
      if (failures > 0) retry = setTimeout(look, backOffMs(pause, failures, Math.random()));
      // What was being read may already have been what the watch then told of.
    } while (isOutdated && !isCurrent());
  }

  function look(): Promise<void> {
    if (reading === undefined) {
      reading = readUntilCurrent().finally(() => {
        reading = undefined;
      });
    } else isOutdated = true;
    return reading;
  }

  return {
    look,
    close() {
      isClosed = true;
      clearTimeout(retry);
    },
  };
}
