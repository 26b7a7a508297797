import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, spokenDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['0s', 0],
    ['1.5s', 1500],
    ['1.005s', 1005],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: milliseconds });
  });

  it.each(['', '5', '5 s', '-5s', '5S', '1h30m', 's', '1e3s', 'Infinitys', '.5s', '5s\n'])('refuses %j', (text) => {
    expect(parseDuration(text)).toEqual({ ok: false, error: 'is not a duration' });
  });

  it('refuses what is finer than a millisecond', () => {
    expect(parseDuration('0.5ms')).toEqual({ ok: false, error: 'is finer than a millisecond' });
  });

  it('refuses what cannot be counted exactly', () => {
    expect(parseDuration('999999999999d')).toEqual({ ok: false, error: 'is too long' });
  });
});

describe('formatDuration', () => {
  it.each(['0s', '250ms', '90s', '2m', '1h', '7d', '1500ms'])('writes %s as it is read', (text) => {
    const parsed = parseDuration(text);
    expect(parsed.ok && formatDuration(parsed.value)).toBe(text);
  });
});

describe('spokenDuration', () => {
  it.each([
    [0, '0 s'],
    [1, '1 s'],
    [120_000, '120 s'],
    [120_001, '3 min'],
    [7_200_000, '120 min'],
    [7_200_001, '2 h 1 min'],
    [10_800_000, '3 h'],
    [172_800_000, '48 h'],
    [172_800_001, '2 days 1 h'],
    [722_386_000, '8 days 9 h'],
    [2_592_000_000, '30 days'],
  ])('says %d ms as %s', (milliseconds, text) => {
    expect(spokenDuration(milliseconds)).toBe(text);
  });
});
