import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity } from './quantity.ts';

describe('parseQuantity', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['128k', 128_000],
    ['1.5M', 1_500_000],
    ['1.1k', 1100],
    ['2G', 2_000_000_000],
  ])('reads %s as %d', (text, count) => {
    expect(parseQuantity(text)).toEqual({ ok: true, value: count });
  });

  it.each(['', 'k', '128K', '128ki', '-1', '1e6', '1 k', '0x10'])('refuses %j', (text) => {
    expect(parseQuantity(text)).toEqual({ ok: false, error: 'is not a count' });
  });

  it('refuses parts of one', () => {
    expect(parseQuantity('0.5')).toEqual({ ok: false, error: 'is not a whole number' });
  });

  it('refuses what cannot be counted exactly', () => {
    expect(parseQuantity('99999999999G')).toEqual({ ok: false, error: 'is too large' });
  });
});

describe('formatQuantity', () => {
  it.each(['0', '4096', '128k', '1500k', '10M', '2G'])('writes %s as it is read', (text) => {
    const parsed = parseQuantity(text);
    expect(parsed.ok && formatQuantity(parsed.value)).toBe(text);
  });
});
