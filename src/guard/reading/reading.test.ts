import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { gapMark, mostHidden } from '../folding/fold.ts';
import { someText } from '../pii/testdata/some-text.ts';
import { readingOf } from './reading.ts';
import { someOtherwise, spellingsOf, writtenAs } from './testing/spellings.ts';

describe('readingOf()', () => {
  it.each(Object.entries(spellingsOf).filter(([name]) => !/ digits$/.test(name)))('sees through %s', (_, spelling) => {
    expect(readingOf(writtenAs('ana@corp.org 4111', spelling), false)?.text).toBe('ana@corp.org 4111');
  });

  it.each(Object.entries(spellingsOf).filter(([name]) => / digits$/.test(name)))('sees through %s', (_, spelling) => {
    expect(readingOf(writtenAs('4111 0987', spelling), false)?.text).toBe('4111 0987');
  });

  it.each([
    'Plain text, 100 % & more; AT&T, R&D, a&b=c, C:\\users, \\n and \\"quotes\\".',
    'Größe übermorgen – “quoted” … 5 € für Zoë’s Café, m² ½',
    'Привет, как дела? 请带上你的报告。谢谢！ 한국어 😀🎉',
    'SELECT * FROM t WHERE a LIKE "%x%" AND b > 5% && c',
  ])('has nothing to read in %s', (text) => {
    expect(readingOf(text, false)).toBeUndefined();
    expect(readingOf(text, true)).toBeUndefined();
  });

  it('maps positions back, over what is removed and what is spelled out', () => {
    const reading = readingOf('a\u200b４&#53;\ud83d\ude00%36z\u00ad', false);
    expect(reading?.text).toBe('a45😀6z');
    const indices = [0, 1, 2, 3, 5, 6];
    expect(indices.map((index) => reading?.startOf(index))).toEqual([0, 2, 3, 8, 10, 13]);
    expect(indices.map((index) => reading?.endOf(index))).toEqual([1, 3, 8, 9, 13, 14]);
    expect([0, 1, 2, 3, 4, 8, 10, 11, 13, 15].map((at) => reading?.indexOf(at))).toEqual([
      0, 1, 1, 2, 3, 3, 5, 6, 6, 7,
    ]);
    expect(reading?.cutAt(5)).toEqual({ start: 3, end: 8 });
    expect([3, 8, 9, 13].map((at) => reading?.cutAt(at))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('takes an ideographic stop for a dot between the parts of an address, and not at the end of a sentence', () => {
    expect(readingOf('ana@corp。org', false)?.text).toBe('ana@corp.org');
    expect(readingOf('谢谢。 谢谢。', false)).toBeUndefined();
  });

  it('does not see through an endless run of nothing', () => {
    expect(readingOf(`a${'\u200b'.repeat(mostHidden)}b`, false)?.text).toBe('ab');
    expect(readingOf(`a${'\u200b'.repeat(mostHidden + 1)}b`, false)?.text).toBe(`a${gapMark}b`);
    expect(readingOf(`a${'&shy;'.repeat(50)}b`, false)?.text).toBe(`a${gapMark}b`);
  });

  it('of a beginning is the beginning of the reading, at the same places', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 60; round += 1) {
      const text = someOtherwise(someText(random).slice(0, 200), random);
      const whole = readingOf(text, false);
      for (let length = 0; length <= text.length; length += 1) {
        const part = readingOf(text.slice(0, length), true);
        const read = part?.text ?? text.slice(0, length);
        expect((whole?.text ?? text).startsWith(read), JSON.stringify(text.slice(0, length))).toBe(true);
        expect(part?.until ?? length).toBeLessThanOrEqual(length);
        for (let index = 0; index < read.length; index += 7) {
          expect(part?.startOf(index) ?? index).toBe(whole?.startOf(index) ?? index);
          expect(part?.endOf(index) ?? index + 1).toBe(whole?.endOf(index) ?? index + 1);
        }
      }
    }
  });
});
