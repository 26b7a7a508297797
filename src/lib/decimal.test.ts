import { describe, expect, it } from 'vitest';
import { formatNano, parseNano } from './decimal.ts';

describe('parseNano()', () => {
  it.each([
    ['0', 0],
    [0.15, 150_000_000],
    ['0.60', 600_000_000],
    ['0.000000001', 1],
    [1e-9, 1],
    [1.5e-7, 150],
    [0.1 + 0.2, 'has more than 9 digits behind the point'],
    [9_000_000, 9_000_000_000_000_000],
    [9_007_200, 'is too large'],
    ['1e3', 'is not an amount'],
    [1e21, 'is not an amount'],
    [-1, 'is not an amount'],
    [Number.NaN, 'is not an amount'],
    ['1.', 'is not an amount'],
    ['', 'is not an amount'],
    ['0x10', 'is not an amount'],
  ])('reads %s', (decimal, expected) => {
    const parsed = parseNano(decimal);
    expect(parsed.ok ? parsed.value : parsed.error).toBe(expected);
  });

  it('never loses a digit', () => {
    for (let nano = 1; nano < 9e15; nano = nano * 7 + 3)
      expect(parseNano(formatNano(nano))).toEqual({ ok: true, value: nano });
  });
});

describe('formatNano()', () => {
  it.each([
    [0, '0'],
    [1, '0.000000001'],
    [1_500_000_000, '1.5'],
    [100_000_000_000, '100'],
  ])('writes %i', (nano, text) => expect(formatNano(nano)).toBe(text));
});
