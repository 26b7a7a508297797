import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPasses, type PassOutcome } from './passes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Passes of which each ends as it is told, when it is told. */
function passing() {
  const open: PromiseWithResolvers<PassOutcome>[] = [];
  const errors: unknown[] = [];
  let begun = 0;
  let done = 0;
  const passes = createPasses({
    pass() {
      begun += 1;
      const end = Promise.withResolvers<PassOutcome>();
      open.push(end);
      return end.promise;
    },
    onDone() {
      done += 1;
    },
    onError: (error) => errors.push(error),
  });
  const end = async (outcome: PassOutcome | Error): Promise<void> => {
    const one = open.shift();
    if (outcome instanceof Error) one?.reject(outcome);
    else one?.resolve(outcome);
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    passes,
    end,
    errors,
    counts: () => ({ begun, done }),
    /** How long it takes until the next one begins by itself. */
    async pauseMs(): Promise<number> {
      const before = begun;
      for (let waited = 0; waited <= 120_000; waited += 1_000) {
        if (begun > before) return waited;
        await vi.advanceTimersByTimeAsync(1_000);
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

describe('createPasses()', () => {
  it('runs one at a time; whatever is asked for meanwhile is one more', async () => {
    const { passes, end, counts } = passing();
    passes.ask();
    passes.ask();
    passes.ask();
    expect(counts()).toEqual({ begun: 1, done: 0 });
    await end('complete');
    expect(counts()).toEqual({ begun: 2, done: 1 });
    await end('complete');
    expect(counts()).toEqual({ begun: 2, done: 2 });
    passes.close();
  });

  it('comes back within a minute where all is as wanted, and sooner where it is not, longer each time', async () => {
    const { passes, end, pauseMs } = passing();
    passes.ask();
    const pauses: number[] = [];
    for (const outcome of ['complete', 'faulty', 'faulty', 'not due', 'faulty'] as const) {
      await end(outcome);
      pauses.push(await pauseMs());
    }
    expect(pauses).toEqual([60_000, 2_000, 4_000, 4_000, 8_000]);
    for (let i = 0; i < 8; i++) {
      await end('faulty');
      pauses.push(await pauseMs());
    }
    expect(pauses.at(-1)).toBe(60_000);
    await end('complete');
    expect(await pauseMs()).toBe(60_000);
    await end('faulty');
    expect(await pauseMs()).toBe(2_000);
    passes.close();
  });

  it('comes back once, however often it was asked before', async () => {
    const { passes, end, counts } = passing();
    for (let asked = 1; asked <= 5; asked++) {
      passes.ask();
      await end('complete');
    }
    expect([counts().begun, vi.getTimerCount()]).toEqual([5, 1]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(counts().begun).toBe(6);
    passes.close();
    await end('complete');
    expect(vi.getTimerCount()).toBe(0);
    passes.ask();
    expect(counts()).toEqual({ begun: 6, done: 6 });
  });

  it('goes on after one that threw, and says so', async () => {
    const { passes, end, errors, counts, pauseMs } = passing();
    passes.ask();
    await end(new Error('a fault of ours'));
    expect(errors).toEqual([new Error('a fault of ours')]);
    expect(counts()).toEqual({ begun: 1, done: 1 });
    expect(await pauseMs()).toBe(2_000);
    passes.close();
  });

  it('begins none when it is closed, and waits for the one that runs', async () => {
    const { passes, end, counts, pauseMs } = passing();
    passes.ask();
    passes.ask();
    passes.close();
    let isIdle = false;
    const idle = passes.idle().then(() => {
      isIdle = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isIdle).toBe(false);
    await end('faulty');
    await idle;
    passes.ask();
    expect(await pauseMs()).toBe(Number.POSITIVE_INFINITY);
    expect(counts()).toEqual({ begun: 1, done: 1 });
  });
});
