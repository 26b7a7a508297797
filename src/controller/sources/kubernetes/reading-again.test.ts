import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReadingAgain } from './reading-again.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Something with a version, of which each reading is answered when a test says so. */
function something() {
  const open: ((answer: number | 'failed') => void)[] = [];
  const taken: (number | 'failed')[] = [];
  let present = 1;
  const reading = createReadingAgain<number | 'failed'>({
    read: () => new Promise((resolve) => open.push(resolve)),
    take(answer) {
      taken.push(answer);
      return answer === 'failed' ? 'failed' : 'read';
    },
    isCurrent: () => taken.at(-1) === present,
  });
  return {
    ...reading,
    taken,
    asked: () => open.length,
    change: () => ++present,
    async answer(answer: number | 'failed') {
      open.shift()?.(answer);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('createReadingAgain()', () => {
  it('reads once for all who ask at the same time', async () => {
    const { look, answer, asked, taken } = something();
    const all = Promise.all([look(), look(), look()]);
    expect(asked()).toBe(1);
    await answer(1);
    await all;
    expect([taken, asked()]).toEqual([[1], 0]);
  });

  it('reads again what has changed meanwhile, before anybody is told that it is read', async () => {
    const { look, answer, asked, change } = something();
    let isRead = false;
    const first = look().then(() => {
      isRead = true;
    });
    change();
    void look();
    await answer(1);
    expect([isRead, asked()]).toEqual([false, 1]);
    await answer(2);
    await first;
  });

  it('does not read again when the answer is the change that the watch told of', async () => {
    const { look, answer, asked, change } = something();
    void look();
    change();
    void look();
    await answer(2);
    expect(asked()).toBe(0);
  });

  it('tries again by itself after a failure, until it is closed', async () => {
    const { look, answer, asked, close, taken } = something();
    void look();
    await answer('failed');
    expect(asked()).toBe(0);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked()).toBe(1);
    await answer('failed');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked()).toBe(1);
    close();
    await answer('failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked(), taken]).toEqual([0, ['failed', 'failed']]);
  });
});
