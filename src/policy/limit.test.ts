import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from './testing/documents.ts';

const badLimits: readonly (readonly [string, string])[] = [
  [
    '{window: 1m}',
    'error spec has none of requests, tokens, inputTokens, outputTokens or concurrency — add one of them, such as requests: 60',
  ],
  [
    '{requests: 1, tokens: 1, window: 1m}',
    'error spec requests and tokens are given together — keep exactly one of requests, tokens, inputTokens, outputTokens or concurrency',
  ],
  ['{requests: 1}', 'error spec.window is missing — add window: 1m, or {calendar: day}'],
  ['{concurrency: 1, window: 1m}', 'error spec.window is given, but concurrency counts what runs now — remove it'],
  [
    '{concurrency: 1, algorithm: fixed}',
    'error spec.algorithm is given, but concurrency counts what runs now — remove it',
  ],
  [
    '{requests: 1, window: {calendar: day}, algorithm: token-bucket}',
    'error spec.algorithm is token-bucket, but the window is one of the calendar — write fixed, or remove it',
  ],
  [
    '{requests: 1, window: {calendar: day, timeZone: Europe/Berlln}}',
    'error spec.window.timeZone "Europe/Berlln" is not a time zone — write a name of the IANA time zone database, such as Europe/Berlin or UTC',
  ],
  [
    '{requests: 1, window: {calendar: day, timeZone: "+02:00"}}',
    'error spec.window.timeZone "+02:00" is not a time zone — write a name of the IANA time zone database, such as Europe/Berlin or UTC',
  ],
  [
    '{requests: 1, window: 1ms}',
    'error spec.window 1ms is shorter than 1s — write a duration from 1s to 366d with its unit (ms, s, m, h or d), such as 30s',
  ],
  ['{requests: 1, window: 1m, per: [keys]}', 'error spec.per[0] "keys" cannot be counted by — write key'],
  [
    '{requests: 1, window: 1m, per: ["header:a b"]}',
    'error spec.per[0] "a b" is not a header name — use letters, digits and -, such as x-team',
  ],
  ['{requests: 1, window: 1m, per: [key, key]}', 'error spec.per[1] "key" stands here twice — remove one of them'],
  [
    '{tokens: 33333333, window: 366d}',
    'error spec.tokens 33333333 in such a window is more than a token bucket can count exactly — write a rounder number, or algorithm: fixed',
  ],
  [
    '{requests: 0, window: 1m}',
    'warning spec.requests is 0, so every request in scope is refused — raise it if that is not meant',
  ],
  [
    '{requests: 1, window: 1m, scope: {apis: [chat.completion, "chat*"]}}',
    'warning spec.scope.apis[0] "chat.completion" matches no API — write chat.completions, completions, embeddings, responses, responses.input_tokens, images.generations, messages, messages.count_tokens or passthrough; * stands for any characters',
  ],
];

describe('Limit', () => {
  it.each(badLimits)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Limit', spec)).toEqual([problem]);
  });

  it.each([
    ['window: 1m', 'token-bucket', { rolling: 60_000 }],
    ['window: 1m, algorithm: fixed', 'fixed', { rolling: 60_000 }],
    ['window: {calendar: week}', 'fixed', { calendar: 'week', timeZone: 'UTC' }],
  ])('with %s is %s', (fields, algorithm, window) => {
    expect(parseSpec('Limit', `{tokens: 1k, ${fields}}`).documents[0]?.spec).toMatchObject({
      unit: 'tokens',
      amount: 1000,
      algorithm,
      window,
      onStoreFailure: 'local',
    });
  });
});

const badBudgets: readonly (readonly [string, string])[] = [
  [
    '{amount: {usd: 5, tokens: 5}, period: {rolling: 1d}}',
    'error spec.amount usd and tokens are given together — keep exactly one of usd or tokens',
  ],
  [
    '{amount: {usd: 10000000}, period: {rolling: 1d}}',
    'error spec.amount.usd 10000000 is more than 9000000 — write an amount in USD from 0 to 9000000, such as 0.15',
  ],
  [
    '{amount: {usd: "1.0000000001"}, period: {rolling: 1d}}',
    'error spec.amount.usd "1.0000000001" has more than 9 digits behind the point — write an amount in USD from 0 to 9000000, such as 0.15',
  ],
  [
    '{amount: {usd: 5}, period: {}}',
    'error spec.period has none of calendar or rolling — write {calendar: month} or {rolling: 30d}',
  ],
  [
    '{amount: {usd: 5}, period: {rolling: 30d, timeZone: UTC}}',
    'error spec.period a rolling period has no time zone — remove timeZone',
  ],
  [
    '{amount: {usd: 5}, period: {rolling: 1d}, override: {amount: {tokens: 5}, until: "2027-01-01T00:00:00Z"}}',
    'error spec.override.amount is of another kind than the amount itself — give both in usd, or both in tokens',
  ],
  [
    '{amount: {usd: 5}, period: {rolling: 1d}, override: {amount: {usd: 6}, until: "2026-01-01T00:00:00Z"}}',
    'warning spec.override.until 2026-01-01T00:00:00.000Z has passed, so the override has no effect — remove it, or move the time',
  ],
  [
    '{amount: {tokens: 5}, period: {rolling: 1d}, unpriced: allow}',
    'warning spec.unpriced has no effect on a budget of tokens — remove it',
  ],
  [
    '{amount: {usd: 5}, period: {rolling: 1d}, enforce: warn, endStreams: true}',
    'error spec.endStreams is true, but the budget only warns — write enforce: block, or remove it',
  ],
];

it.each(['scope: {apis: [chat.completions, "respons*", passthrough, "*"]}', 'scope: {}'])(
  'is silent about %s',
  (scope) => {
    expect(problemsOf('Limit', `{requests: 1, window: 1m, ${scope}}`)).toEqual([]);
  },
);

describe('Budget', () => {
  it.each(badBudgets)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Budget', spec)).toEqual([problem]);
  });

  it('refuses what has no price unless it only warns', () => {
    const specOf = (more: string) =>
      parseSpec('Budget', `{amount: {usd: 0.1}, period: {rolling: 1d}${more}}`).documents[0]?.spec;
    expect(specOf('')).toMatchObject({ amount: { usd: 100_000_000 }, unpriced: 'deny', alertAt: [50, 80, 100] });
    expect(specOf(', enforce: warn')).toMatchObject({ unpriced: 'allow' });
    expect(specOf(', unpriced: allow, alertAt: [90, 10, 90]')).toMatchObject({ unpriced: 'allow', alertAt: [10, 90] });
  });
});
