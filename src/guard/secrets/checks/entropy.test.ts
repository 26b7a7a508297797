import { describe, expect, it } from 'vitest';
import { isMixedEnough } from './entropy.ts';

describe('isMixedEnough()', () => {
  it.each([
    ['aaaa', 0],
    ['ghgh', 1],
    ['ghij', 2],
    ['ghijklmn', 3],
    ['ghijklmnopqrstuv', 4],
    ['gggh', 0.8113],
  ])('finds in %s %d bits for each character', (text, bits) => {
    expect(isMixedEnough(text, 0, text.length, bits - 0.001)).toBe(true);
    expect(isMixedEnough(text, 0, text.length, bits + 0.001)).toBe(false);
  });

  it('looks at nothing but the secret', () => {
    expect(isMixedEnough('ghijkl zzzz ghijkl', 7, 11, 0.5)).toBe(false);
    expect(isMixedEnough('zzzz ghij zzzz', 5, 9, 2)).toBe(true);
  });

  it('asks for no more than three bits of hexadecimal digits', () => {
    expect(isMixedEnough('01234567', 0, 8, 4)).toBe(true);
    expect(isMixedEnough('89abCDEF', 0, 8, 4)).toBe(true);
    expect(isMixedEnough('0123456g', 0, 8, 4)).toBe(false);
    expect(isMixedEnough('0123', 0, 4, 4)).toBe(false);
  });
});
