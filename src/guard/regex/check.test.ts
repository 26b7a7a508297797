import { describe, expect, it } from 'vitest';
import { checkPattern, longestPattern } from './check.ts';

describe('checkPattern()', () => {
  it.each([
    'TCK-\\d{6}',
    '(?i)project\\s+falcon',
    '\\p{Cyrillic}+',
    '(?P<id>[a-z]+)\\b',
    '(?:a|b){2,300}',
    '\\S+@x',
    '[]a]',
  ])('has nothing against %s', (pattern) => {
    expect(checkPattern(pattern)).toBeUndefined();
  });

  it.each([
    ['', 0, /empty/],
    ['a(?=b)', 1, /look-around is not available/],
    ['x(?!y)', 1, /look-around/],
    ['(?<=x)y', 0, /look-around/],
    ['(?<!x)y', 0, /look-around/],
    ['x(a)\\1', 4, /back-references are not available/],
    ['(?>a)', 0, /atomic groups/],
    ['ab++', 2, /possessive/],
    ['(a', 0, /missing closing \)/],
    ['(a)(b', 3, /missing closing \)/],
    ['[)](a))', 6, /unexpected \)/],
    ['x[a', 1, /missing closing \]/],
    ['*a', 0, /missing argument/],
    ['x\\', 1, /trailing backslash/],
    ['a\\p{Klingon}', 1, /character class/],
    ['a[z-b]', 2, /character class/],
    ['a{2000}', 1, /counts to 1000/],
    ['(a{40}){30}', 7, /counts to 1000/],
    ['(?:[a-z]{0,900}x){1}[a-z]{0,900}', 0, /steps/],
    ['a*', 0, /matches the empty text/],
    ['\\b', 0, /matches the empty text/],
    ['(?:x|)', 0, /matches the empty text/],
    ['[^\\x00-\\x{10FFFF}]', 0, /never match/],
  ])('says what is wrong with %j', (pattern, position, message) => {
    expect(checkPattern(pattern)).toEqual({ position, message: expect.stringMatching(message) });
  });

  it('bounds the length of a pattern', () => {
    expect(checkPattern('a'.repeat(longestPattern))).toBeUndefined();
    expect(checkPattern('a'.repeat(longestPattern + 1))?.message).toContain('longer than');
  });
});
