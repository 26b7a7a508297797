import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { err, ok } from '../../lib/result.ts';
import { type RenewedToken, renewToken } from './renewed-token.ts';
import type { TokenSource } from './token.ts';

const second = 1_000;
const hour = 3_600 * second;

let asked: number[];
let changes: number;
let token: RenewedToken | undefined;
let answer: TokenSource;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  changes = 0;
  answer = async () => ok({ value: `token-${asked.length}`, lifeMs: hour });
});

afterEach(() => {
  token?.close();
  vi.useRealTimers();
});

function start(): RenewedToken {
  const startedAt = performance.now();
  token = renewToken({
    source(signal) {
      asked.push((performance.now() - startedAt) / second);
      return answer(signal);
    },
    now: () => performance.now(),
    random: () => 0.5,
    onChange: () => {
      changes++;
    },
  });
  return token;
}

describe('renewToken()', () => {
  it('asks at once, and again when three quarters of the life are over', async () => {
    const renewed = start();
    expect([renewed.known(), renewed.isSettled()]).toEqual([{}, false]);
    await renewed.settled;
    expect([renewed.known(), renewed.isSettled(), changes]).toEqual([{ value: 'token-1' }, true, 1]);
    await vi.advanceTimersByTimeAsync(2_699 * second);
    expect(asked).toEqual([0]);
    await vi.advanceTimersByTimeAsync(2 * second);
    expect(asked).toEqual([0, 2_700]);
    expect([renewed.known(), changes]).toEqual([{ value: 'token-2' }, 2]);
    // The end of the first one is nobody's business any more.
    await vi.advanceTimersByTimeAsync(1_000 * second);
    expect([renewed.known(), changes]).toEqual([{ value: 'token-2' }, 2]);
  });

  it('keeps the last token while it lives, asks again ever more rarely, and says why', async () => {
    const renewed = start();
    await renewed.settled;
    answer = async () => err('nobody is there');
    await vi.advanceTimersByTimeAsync(2_710 * second);
    expect(renewed.known()).toEqual({ value: 'token-1', trouble: 'nobody is there' });
    await vi.advanceTimersByTimeAsync(880 * second);
    expect(renewed.known()).toEqual({ trouble: 'nobody is there' });
    // Once when the trouble began, once at the end of the token; the same trouble is no change.
    expect(changes).toBe(3);
    const pauses = asked.slice(2).map((at, index) => at - (asked[index + 1] ?? 0));
    expect(pauses.slice(0, 8).map(Math.round)).toEqual([1, 2, 3, 6, 12, 24, 45, 45]);
  });

  it('is well again with the next token', async () => {
    answer = async () => err('not now');
    const renewed = start();
    await renewed.settled;
    expect(renewed.known()).toEqual({ trouble: 'not now' });
    answer = async () => ok({ value: 'late', lifeMs: hour });
    await vi.advanceTimersByTimeAsync(second);
    expect(renewed.known()).toEqual({ value: 'late' });
  });

  it('counts the life of a token from when it was asked for', async () => {
    answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 9 * second));
      return ok({ value: 'slow', lifeMs: 10 * second });
    };
    const renewed = start();
    await vi.advanceTimersByTimeAsync(9 * second);
    expect(renewed.known().value).toBe(undefined);
    expect(renewed.isSettled()).toBe(true);
  });

  it('asks again when three quarters of the life are over since it asked, however long the answer took', async () => {
    answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 60 * second));
      return ok({ value: 'slow', lifeMs: hour });
    };
    start();
    await vi.advanceTimersByTimeAsync(2_710 * second);
    expect(asked).toEqual([0, 2_700]);
  });

  it('tells of the end of a token that came late when it has come', async () => {
    answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 60 * second));
      return ok({ value: 'slow', lifeMs: 100 * second });
    };
    const renewed = start();
    await vi.advanceTimersByTimeAsync(61 * second);
    expect([renewed.known().value, changes]).toEqual(['slow', 1]);
    answer = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(30 * second);
    expect([renewed.known().value, changes]).toEqual([undefined, 2]);
  });

  it('asks soon after a failure that follows a success, whatever was before', async () => {
    answer = async () => err('not now');
    const renewed = start();
    await vi.advanceTimersByTimeAsync(60 * second);
    answer = async () => ok({ value: 'late', lifeMs: hour });
    await vi.advanceTimersByTimeAsync(60 * second);
    expect(renewed.known()).toEqual({ value: 'late' });
    answer = async () => err('again');
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(2_710 * second);
    const [failed = 0, again = 0] = asked.slice(before);
    expect(Math.round(again - failed)).toBe(1);
  });

  it('survives a source that throws', async () => {
    answer = () => Promise.reject(new Error('a fault of ours'));
    const renewed = start();
    await renewed.settled;
    expect(renewed.known()).toEqual({ trouble: 'asking for a token failed' });
  });

  it('asks no more once it is retired, and says when the last token is over', async () => {
    const renewed = start();
    await renewed.settled;
    renewed.retire();
    await vi.advanceTimersByTimeAsync(3_589 * second);
    expect([renewed.known(), asked.length, changes]).toEqual([{ value: 'token-1' }, 1, 1]);
    await vi.advanceTimersByTimeAsync(2 * second);
    expect([renewed.known(), asked.length, changes]).toEqual([{}, 1, 2]);
  });

  it('gives up what is under way when it is closed', async () => {
    let signal: AbortSignal | undefined;
    answer = (given) => {
      signal = given;
      return new Promise(() => undefined);
    };
    const renewed = start();
    renewed.close();
    await renewed.settled;
    expect([signal?.aborted, changes, vi.getTimerCount()]).toEqual([true, 0, 0]);
  });
});
