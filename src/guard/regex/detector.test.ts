import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../lib/testing/cpu-time.ts';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import type { Detector, Finding } from '../detector.ts';
import { longestMatch, regexDetector } from './detector.ts';

const find = (detector: Detector, text: string, from = 0): Finding[] => {
  const findings: Finding[] = [];
  detector.scan(text, from, (finding) => findings.push(finding));
  return findings;
};
const spans = (pattern: string, text: string): string[] =>
  find(regexDetector({ name: 'p', pattern }), text).map((each) => `${each.start}-${each.end}`);

const patterns = [
  'abc',
  'ab|a',
  'a|ab',
  'a+?b',
  'a.*b',
  'a.*?b',
  '(?s)a.+b',
  '\\bab\\b',
  'ab$',
  '^ab',
  '(?m)^ab$',
  'a\\B',
  'ab*?',
  'a{2,4}',
  '[ab]+c',
  '(?i)AB',
  '(?:ab|ba)+',
  'a(?:b|c|ab)*c',
  '.',
  '..',
  '[^a]b',
  '😀+',
  '\\x{1F600}a?',
  '(?i)k',
  '\\S+',
  'a\\z',
  '\\Aab',
  'ab(?:\\b|c)',
  '(?:a|b)*c',
  'ab|a.*c',
  '\\w+\\b',
  '\\ba',
  '(?m)a$',
  'a?b',
];
const alphabet = ['a', 'b', 'c', 'A', 'b', ' ', '\n', '😀', 'é', '\ud83d', '\ude00', 'K', 'a', 'b'];
const textOf = ({ below, pick }: Random, longest: number): string =>
  Array.from({ length: below(longest) }, () => pick(alphabet)).join('');

describe('regexDetector()', () => {
  it('prefers the leftmost match, and there the one that comes first in the pattern', () => {
    expect(spans('a|ab', 'xab')).toEqual(['1-2']);
    expect(spans('ab|a', 'xab')).toEqual(['1-3']);
    expect(spans('abcd|bc', 'abcx abcd')).toEqual(['1-3', '5-9']);
    expect(spans('a.*?b', 'axbxb')).toEqual(['0-3']);
    expect(spans('TCK-\\d{6}', 'see TCK-123456, TCK-12345 and TCK-9999991')).toEqual(['4-14', '30-40']);
  });

  it('names its findings after the rule', () => {
    expect(find(regexDetector({ name: 'ticket', pattern: 't\\d', caseInsensitive: true }), 'T1')).toEqual([
      { start: 0, end: 2, entity: 'ticket', score: 1, validator: undefined },
    ]);
  });

  it('finds what re2js finds', () => {
    const random = seededRandom(7);
    for (const pattern of patterns) {
      const detector = regexDetector({ name: 'p', pattern });
      const reference = RE2JS.compile(pattern);
      for (let round = 0; round < 150; round++) {
        // re2js steps over lone surrogates in its own way: they are compared with themselves, below.
        const text = textOf(random, 14).toWellFormed();
        const expected: string[] = [];
        const matcher = reference.matcher(text);
        while (matcher.find()) expected.push(`${matcher.start()}-${matcher.end()}`);
        const actual = find(detector, text).map((each) => `${each.start}-${each.end}`);
        expect(actual, `${pattern} in ${JSON.stringify(text)}`).toEqual(expected);
      }
    }
  });

  it('holds as the contract says, whatever text follows', () => {
    const random = seededRandom(11);
    for (const pattern of patterns) {
      const detector = regexDetector({ name: 'p', pattern });
      for (let round = 0; round < 150; round++) {
        const whole = textOf(random, 14);
        const prefix = whole.slice(0, random.below(whole.length + 1));
        const hold = detector.hold(prefix, 0);
        const inPrefix = find(detector, prefix).filter((each) => each.start < hold);
        const why = `${pattern}: ${JSON.stringify(prefix)} of ${JSON.stringify(whole)}`;
        expect(
          find(detector, whole).filter((each) => each.start < hold),
          why,
        ).toEqual(inPrefix);
        for (const each of inPrefix) expect(each.end, why).toBeLessThanOrEqual(hold);
      }
    }
  });

  it('finds the same from the middle of a text, seeing only its left context', () => {
    const random = seededRandom(13);
    for (const pattern of patterns) {
      const detector = regexDetector({ name: 'p', pattern });
      for (let round = 0; round < 100; round++) {
        const text = textOf(random, 14);
        const all = find(detector, text);
        const from = random.below(text.length + 1);
        if (all.some((each) => each.start < from && each.end > from)) continue;
        if (/^[\ude00]/.test(text.slice(from)) && /[\ud83d]$/.test(text.slice(0, from))) continue;
        const cut = Math.max(0, from - detector.leftContext);
        const seen = find(detector, text.slice(cut), from - cut);
        const shifted = seen.map((each) => ({ ...each, start: each.start + cut, end: each.end + cut }));
        // Without left context the beginning of what is seen is not told from the beginning of the text, nor asked for.
        expect(shifted, `${pattern} in ${JSON.stringify(text)} from ${from}`).toEqual(
          all.filter((each) => each.start >= from),
        );
      }
    }
  });

  it('gives the result of the whole text, one character at a time', () => {
    const random = seededRandom(17);
    for (const pattern of patterns) {
      const detector = regexDetector({ name: 'p', pattern });
      for (let round = 0; round < 60; round++) {
        const text = textOf(random, 14);
        const streamed: Finding[] = [];
        let from = 0;
        for (let length = 1; length <= text.length; length++) {
          const prefix = text.slice(0, length);
          const hold = length === text.length ? length + 1 : detector.hold(prefix, from);
          streamed.push(...find(detector, prefix, from).filter((each) => each.start < hold));
          from = hold;
        }
        expect(streamed, `${pattern} in ${JSON.stringify(text)}`).toEqual(find(detector, text));
      }
    }
  });

  it.each([
    ['TCK-\\d{6}', 'nothing here ends in a start', 28],
    ['TCK-\\d{6}', 'a ticket TCK-12', 9],
    ['TCK-\\d{6}', 'TCK-1x TCK', 7],
    ['TCK-\\d{6}', 'TCK-123456', 10],
    ['TCK-\\d{6}\\b', 'TCK-123456', 0],
    ['\\bcat\\b', 'a cat', 2],
    ['\\bcat\\b', 'a concat', 8],
    ['\\bcat\\b', 'a cat.', 6],
    ['a{2,4}', 'xaaa', 1],
    ['a{2,4}', 'xaaaa', 5],
    ['a{2,4}?', 'xaa', 3],
    ['^a', 'ba', 2],
    ['a$', 'ba', 1],
    ['😀!', 'a\ud83d', 1],
  ])('%s holds %j from %i', (pattern, text, expected) => {
    expect(regexDetector({ name: 'p', pattern }).hold(text, 0)).toBe(expected);
  });

  it('cuts what has no end at a bound, in a whole text and in a stream alike', () => {
    expect(spans('\\S+', `${'x'.repeat(2500)} y`)).toEqual(['0-1024', '1024-2048', '2048-2500', '2501-2502']);
    expect(spans('a.*b', `a${'x'.repeat(longestMatch - 2)}b`)).toEqual([`0-${longestMatch}`]);
    expect(spans('a.*b', `a${'x'.repeat(longestMatch - 1)}b`)).toEqual([]);
    expect(spans('a.*b', `aa${'x'.repeat(longestMatch - 2)}b`)).toEqual([`1-${longestMatch + 1}`]);
    const detector = regexDetector({ name: 'p', pattern: 'a.*b' });
    expect(detector.hold(`a${'x'.repeat(longestMatch - 2)}`, 0)).toBe(0);
    expect(detector.hold(`a${'x'.repeat(longestMatch)}`, 0)).toBe(longestMatch + 1);
    expect(detector.reach).toBe(longestMatch);
    expect(regexDetector({ name: 'p', pattern: '\\bTCK-\\d{6}\\b' })).toMatchObject({ leftContext: 1, reach: 11 });
  });

  it.each([
    ['a.*b', 'a'.repeat(4096)],
    ['(a|aa)+$', `${'a'.repeat(4095)}b`],
    ['(?:a*)*b', 'a'.repeat(4096)],
    ['\\d+x', '1'.repeat(4096)],
    ['([a-z]+)*@', 'abc'.repeat(1365)],
    ['ab|a.*c', 'ab'.repeat(2048)],
    ['(?:[ab][ab]*){3}c', 'ab'.repeat(2048)],
  ])('%s stays fast on the text made against it', (pattern, text) => {
    const detector = regexDetector({ name: 'p', pattern });
    const fastest = leastCpuMs(4, () => {
      find(detector, text);
      detector.hold(text, 0);
    });
    // Of a loaded machine; walking to the bound from every start takes ten times that.
    expect(fastest).toBeLessThan(30);
  });
});
