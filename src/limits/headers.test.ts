import { describe, expect, it } from 'vitest';
import { formatGoDuration } from './go-duration.ts';
import { formatRfc3339, type LimitView, limitHeaders } from './headers.ts';

const now = Date.UTC(2026, 10, 21, 7, 0, 0, 250);
const requests: LimitView = {
  name: 'rpm',
  unit: 'requests',
  limit: 100,
  remaining: 99,
  resetMs: 600,
  windowMs: 60_000,
};
const tokens: LimitView = {
  name: 'tpm',
  unit: 'tokens',
  limit: 100_000,
  remaining: 4_000,
  resetMs: 360_000,
  windowMs: 60_000,
};
const output: LimitView = { name: 'otpm', unit: 'output-tokens', limit: 8_000, remaining: 80, resetMs: 59_400 };

describe('limitHeaders()', () => {
  it('speaks OpenAI, about the tightest of each kind', () => {
    expect(limitHeaders({ dialect: 'openai', now, limits: [requests, tokens, output] })).toEqual([
      ['x-ratelimit-limit-requests', '100'],
      ['x-ratelimit-remaining-requests', '99'],
      ['x-ratelimit-reset-requests', '600ms'],
      ['x-ratelimit-limit-tokens', '8000'],
      ['x-ratelimit-remaining-tokens', '80'],
      ['x-ratelimit-reset-tokens', '59.4s'],
      [
        'ratelimit-policy',
        '"rpm";q=100;w=60;qu="requests", "tpm";q=100000;w=60;qu="tokens", "otpm";q=8000;qu="output-tokens"',
      ],
      ['ratelimit', '"rpm";r=99;t=1, "tpm";r=4000;t=360, "otpm";r=80;t=60'],
    ]);
  });

  it('speaks Anthropic', () => {
    expect(limitHeaders({ dialect: 'anthropic', now, limits: [requests, output] }).slice(0, 9)).toEqual([
      ['anthropic-ratelimit-requests-limit', '100'],
      ['anthropic-ratelimit-requests-remaining', '99'],
      ['anthropic-ratelimit-requests-reset', '2026-11-21T07:00:01Z'],
      ['anthropic-ratelimit-tokens-limit', '8000'],
      ['anthropic-ratelimit-tokens-remaining', '80'],
      ['anthropic-ratelimit-tokens-reset', '2026-11-21T07:01:00Z'],
      ['anthropic-ratelimit-output-tokens-limit', '8000'],
      ['anthropic-ratelimit-output-tokens-remaining', '80'],
      ['anthropic-ratelimit-output-tokens-reset', '2026-11-21T07:01:00Z'],
    ]);
  });

  it('takes the one of which the smallest share is left for the tightest, and one of nothing before all', () => {
    const left = (name: string, limit: number, remaining: number): LimitView => ({ ...tokens, name, limit, remaining });
    const tightest = (...limits: readonly LimitView[]) =>
      new Map(limitHeaders({ dialect: 'openai', now, limits })).get('x-ratelimit-limit-tokens');
    expect(tightest(left('a', 10, 6), left('b', 100, 50))).toBe('100');
    expect(tightest(left('a', 100, 50), left('b', 10, 6))).toBe('100');
    expect(tightest(left('a', 10, 1), left('b', 100, 50))).toBe('10');
    expect(tightest(left('a', 10, 1), left('b', 0, 0))).toBe('0');
    expect(tightest(left('a', 0, 0), left('b', 10, 1))).toBe('0');
  });

  it('knows tokens of the input by themselves and among all', () => {
    const input: LimitView = { name: 'itpm', unit: 'input-tokens', limit: 40, remaining: 4, resetMs: 0, windowMs: 500 };
    expect(limitHeaders({ dialect: 'openai', now, limits: [input] })).toEqual([
      ['x-ratelimit-limit-tokens', '40'],
      ['x-ratelimit-remaining-tokens', '4'],
      ['x-ratelimit-reset-tokens', '0s'],
      ['ratelimit-policy', '"itpm";q=40;w=1;qu="input-tokens"'],
      ['ratelimit', '"itpm";r=4;t=0'],
    ]);
    const ofAnthropic = new Map(limitHeaders({ dialect: 'anthropic', now, limits: [input] }));
    expect(ofAnthropic.get('anthropic-ratelimit-tokens-limit')).toBe('40');
    expect(ofAnthropic.get('anthropic-ratelimit-input-tokens-remaining')).toBe('4');
    expect(ofAnthropic.has('anthropic-ratelimit-output-tokens-limit')).toBe(false);
  });

  it('writes no number that a structured field may not hold, nor one below nothing', () => {
    const limits = [{ ...tokens, limit: 9e15, remaining: -3, windowMs: 1e19 }];
    const headers = new Map(limitHeaders({ dialect: 'openai', now, limits }));
    expect(headers.get('ratelimit-policy')).toBe('"tpm";q=999999999999999;w=999999999999999;qu="tokens"');
    expect(headers.get('ratelimit')).toBe('"tpm";r=0;t=360');
  });

  it.each([
    [0, '1'],
    [1, '1'],
    [1_001, '2'],
    [86_400_000, '86400'],
  ])('tells a refused caller to wait %i ms as %s', (retryAfterMs, seconds) => {
    expect(limitHeaders({ dialect: 'openai', now, limits: [], retryAfterMs })).toEqual([['retry-after', seconds]]);
  });

  it('says nothing without limits, and nothing about money', () => {
    expect(limitHeaders({ dialect: 'openai', now, limits: [] })).toEqual([]);
    const money: LimitView = { name: 'month', unit: 'money', limit: 9e15, remaining: 1, resetMs: 1 };
    expect(limitHeaders({ dialect: 'anthropic', now, limits: [money] })).toEqual([]);
  });

  it.each([
    [['shared'], undefined],
    [['local', 'shared'], 'local'],
    [['local', 'open'], 'open'],
    [['local', 'closed', 'open'], 'closed'],
  ] as const)('states that %j decided as %s', (modes, value) => {
    const headers = limitHeaders({ dialect: 'openai', now, limits: [], modes });
    expect(headers).toEqual(value === undefined ? [] : [['x-sluice-limit-mode', value]]);
  });

  it('states concurrency without a time, and escapes names', () => {
    const limits: LimitView[] = [{ name: 'a"\\ü\n', unit: 'concurrent-requests', limit: 5, remaining: 2, resetMs: 0 }];
    expect(limitHeaders({ dialect: 'openai', now, limits })).toEqual([
      ['ratelimit-policy', '"a\\"\\\\??";q=5;qu="concurrent-requests"'],
      ['ratelimit', '"a\\"\\\\??";r=2'],
    ]);
  });
});

describe('formatGoDuration()', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [0.2, '1ms'],
    [12, '12ms'],
    [1_000, '1s'],
    [1_500, '1.5s'],
    [59_999, '59.999s'],
    [360_000, '6m0s'],
    [361_020, '6m1.02s'],
    [3_600_000, '1h0m0s'],
    [90_061_000, '25h1m1s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatGoDuration(milliseconds)).toBe(text);
  });
});

describe('formatRfc3339()', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1, '1970-01-01T00:00:01Z'],
  ])('rounds %d up', (moment, text) => {
    expect(formatRfc3339(moment)).toBe(text);
  });
});
