import { describe, expect, it } from 'vitest';
import { buildRetry, type RetryRules, type RuleTimeouts } from './retry.ts';

const minute = { requestMs: 60_000 };

function profile(rules: Partial<RetryRules> | undefined, timeouts: RuleTimeouts = minute) {
  const { name: _, ...rest } = buildRetry(rules && { numRetries: 2, ...rules }, timeouts).profile;
  return rest;
}

describe('buildRetry()', () => {
  it('falls over without a policy as our own models do', () => {
    expect(profile(undefined)).toEqual({
      statuses: [408, 409, 429],
      onServerError: true,
      onConnectFailure: true,
      onReset: true,
      onTimeout: true,
      attemptTimeoutMs: 60_000,
      idleTimeoutMs: 60_000,
      requestTimeoutMs: 60_000,
    });
    expect(buildRetry(undefined, minute).attempts).toBeUndefined();
  });

  it('retries what a policy without conditions means', () => {
    expect(profile({})).toMatchObject({
      statuses: [503],
      onServerError: false,
      onConnectFailure: true,
      onReset: false,
      onTimeout: false,
      onRefusedStream: true,
    });
    expect(buildRetry({ numRetries: 2 }, minute).attempts).toEqual({ most: 3 });
    expect(buildRetry({ numRetries: 5, numAttemptsPerPriority: 2 }, minute).attempts).toEqual({
      most: 6,
      perPriority: 2,
    });
  });

  it.each<[readonly string[], object]>([
    [['5xx'], { statuses: [], onServerError: true, onConnectFailure: true, onReset: true, onTimeout: true }],
    [['gateway-error'], { statuses: [502, 503, 504], onServerError: false, onConnectFailure: true, onReset: true }],
    [['connect-failure'], { statuses: [], onConnectFailure: true, onReset: false }],
    [['reset'], { statuses: [], onConnectFailure: false, onReset: true, onTimeout: true }],
    [['retriable-4xx'], { statuses: [409], onConnectFailure: false }],
    [['connect-failure', 'retriable-status-codes'], { statuses: [429, 500] }],
    [
      ['unavailable'],
      { statuses: [], onServerError: false, onConnectFailure: false, onReset: false, onTimeout: false },
    ],
  ])('knows what %j stands for', (triggers, expected) => {
    expect(profile({ retryOn: { triggers, httpStatusCodes: [500, 429, 500] } })).toMatchObject(expected);
  });

  it('waits and times out as it is told', () => {
    expect(profile({ perRetry: { timeout: 250, backOff: { baseInterval: 100 } } })).toMatchObject({
      attemptTimeoutMs: 250,
      backOff: { baseMs: 100, mostMs: 1000 },
    });
    expect(profile(undefined, { requestMs: 0 })).toMatchObject({
      attemptTimeoutMs: 120_000,
      idleTimeoutMs: 86_400_000,
    });
    expect(profile(undefined, { requestMs: 0 })).not.toHaveProperty('requestTimeoutMs');
  });

  it('lets the route bound an attempt before its policies do, also without any bound', () => {
    const rules = { perRetry: { timeout: 250 } };
    const attempt = (attemptMs: number, more: Partial<RetryRules> | undefined = rules) =>
      profile(more, { requestMs: 0, attemptMs }).attemptTimeoutMs;
    expect(attempt(2_000)).toBe(2_000);
    expect(attempt(2_000, undefined)).toBe(2_000);
    expect(attempt(0)).toBe(86_400_000);
    expect(profile(rules, { requestMs: 0 }).attemptTimeoutMs).toBe(250);
  });

  it('ends silence before the first byte as it does behind it', () => {
    const silent = { requestMs: 60_000, silenceMs: 5_000 };
    expect(profile(undefined, silent)).toMatchObject({ attemptTimeoutMs: 5_000, idleTimeoutMs: 5_000 });
  });

  it('gives equal rules one name', () => {
    const names = [{}, { retryOn: {} }, { retryOn: { triggers: ['reset'] } }].map(
      (rules) => buildRetry({ numRetries: 1, ...rules }, minute).profile.name,
    );
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
  });
});
