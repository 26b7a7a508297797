import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { split } from './split.ts';

describe('a text that is too long', () => {
  it('stays whole when it fits', () => {
    expect(split('abc', 400, 20)).toEqual([{ start: 0, end: 3 }]);
    expect(split('', 400, 20)).toEqual([{ start: 0, end: 0 }]);
  });

  it('is cut after a sentence when one ends in the last quarter', () => {
    const text = `${'word '.repeat(70)}end. ${'more '.repeat(70)}`;
    expect(text.slice(0, split(text, 400, 20)[0]?.end)).toMatch(/end\.$/);
  });

  it.each(['. ', '! ', '? ', '.\t', '\n', '… ', '。', '！', '？'])('is cut behind %j', (end) => {
    const text = `${'word '.repeat(70)}end${end}${'more '.repeat(70)}`;
    expect(text.slice(0, split(text, 400, 20)[0]?.end)).toBe(`${'word '.repeat(70)}end${end.slice(0, 1)}`);
  });

  it.each(['.5', '!x', '?x', '…x', 'a'])('is not cut behind the first sign of %j', (sign) => {
    const text = `${'word '.repeat(70)}end${sign}${'more '.repeat(70)}`;
    expect(text.slice(0, split(text, 400, 20)[0]?.end)).toMatch(/more $/);
  });

  it('is cut after a word when no sentence ends there, and anywhere when there are no words', () => {
    const text = `${'word 3.5 '.repeat(60)}`;
    expect(text.slice(0, split(text, 400, 20)[0]?.end)).toMatch(/ $/);
    expect(split('x'.repeat(500), 400, 20)).toEqual([
      { start: 0, end: 400 },
      { start: 380, end: 500 },
    ]);
  });

  it('never loses anything that is no longer than the overlap, whatever the text', () => {
    const random = seededRandom(7).below;
    const alphabet = ['a', 'b', ' ', '. ', '\n', '😀', '。', 'x'];
    for (let round = 0; round < 30; round++) {
      const text = Array.from({ length: random(3000) }, () => alphabet[random(random(2) === 0 ? 8 : 2)]).join('');
      const slices = split(text, 400, 20);
      for (const { start, end } of slices) {
        expect(end - start).toBeLessThanOrEqual(400);
        expect(text.slice(start, end).isWellFormed()).toBe(true);
      }
      for (let at = 0; at + 20 <= text.length; at++) {
        expect(slices.some(({ start, end }) => start <= at && at + 20 <= end)).toBe(true);
      }
    }
  });
});
