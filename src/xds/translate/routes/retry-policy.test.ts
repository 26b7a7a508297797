import { describe, expect, it } from 'vitest';
import { retryProfile } from '../../../../e2e/support/gateway-model.ts';
import type { RetryProfile } from '../../../model/route.ts';
import { retryPolicy } from './retry-policy.ts';

const nothing = {
  statuses: [],
  onServerError: false,
  onConnectFailure: false,
  onReset: false,
  onTimeout: false,
} satisfies Partial<RetryProfile>;

function wordsOf(parts: Partial<RetryProfile>): string {
  return retryPolicy(retryProfile({ ...nothing, ...parts })).retryOn;
}

describe('retryPolicy', () => {
  it.each<[string, Partial<RetryProfile>]>([
    ['', {}],
    ['connect-failure', { onConnectFailure: true }],
    ['refused-stream,reset', { onReset: true }],
    ['refused-stream,reset', { onTimeout: true }],
    ['refused-stream', { onRefusedStream: true }],
    ['refused-stream,reset', { onRefusedStream: true, onReset: true }],
    ['retriable-status-codes', { statuses: [409] }],
    ['retriable-status-codes,envoy-ratelimited', { statuses: [429] }],
    ['retriable-status-codes', { onServerError: true }],
  ])('says %j for %j', (words, parts) => {
    expect(wordsOf(parts)).toBe(words);
  });

  it('waits between attempts only where policy asks, and never less than a millisecond', () => {
    const waits = (backOff?: RetryProfile['backOff']) => {
      const { retryBackOff } = retryPolicy(retryProfile(backOff === undefined ? {} : { backOff }));
      return [retryBackOff?.baseInterval?.nanos, retryBackOff?.maxInterval?.nanos];
    };
    expect(waits()).toEqual([1_000_000, 2_000_000]);
    expect(waits({ baseMs: 25, mostMs: 250 })).toEqual([25_000_000, 250_000_000]);
    expect(waits({ baseMs: 0, mostMs: 0 })).toEqual([1_000_000, 1_000_000]);
  });

  it('lists server errors one by one, so that they do not bring connection failures and time-outs with them', () => {
    const { retriableStatusCodes, retryOn } = retryPolicy(
      retryProfile({ ...nothing, onServerError: true, statuses: [429, 529] }),
    );
    expect(retriableStatusCodes).toHaveLength(101);
    expect(retriableStatusCodes).toContain(429);
    expect(retriableStatusCodes).toContain(599);
    expect(retryOn).not.toMatch(/5xx|gateway-error|reset/);
  });

  it('lets an attempt wait for its headers as long as its time-out says, however short the pauses of a stream may be', () => {
    const { perTryTimeout, perTryIdleTimeout } = retryPolicy(
      retryProfile({ attemptTimeoutMs: 120_000, idleTimeoutMs: 1_500 }),
    );
    expect(perTryIdleTimeout?.seconds).toBe(120n);
    // A clock that ends in the middle of a response would end the one for silence.
    expect(perTryTimeout).toBeUndefined();
  });

  it('has a clock of its own for the headers where a stream may pause longer than a model may think', () => {
    const { perTryTimeout, perTryIdleTimeout } = retryPolicy(
      retryProfile({ attemptTimeoutMs: 1, idleTimeoutMs: 1_500 }),
    );
    expect(perTryTimeout).toMatchObject({ seconds: 0n, nanos: 1_000_000 });
    expect(perTryIdleTimeout).toMatchObject({ seconds: 1n, nanos: 500_000_000 });
  });
});
