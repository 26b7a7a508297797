import { describe, expect, it } from 'vitest';
import { countedTexts } from '../estimate/testing/counted-texts.ts';
import { OutputCounter } from './output-counter.ts';

function count(...texts: readonly string[]): number {
  const counter = new OutputCounter();
  for (const text of texts) counter.text(text);
  return counter.tokens;
}

describe('OutputCounter', () => {
  it.each(countedTexts)('is off by at most 15 % for $name', ({ tokens, text }) => {
    expect(Math.abs(count(text) / tokens - 1)).toBeLessThan(0.15);
  });

  it('counts a text alike however it is cut, also between the halves of a character', () => {
    const text = `${countedTexts.map((each) => each.text).join('\n')} 🎉 and 🧮🎉`;
    const whole = count(text);
    for (const length of [1, 2, 3, 7, 50]) {
      expect(count(...(text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []))).toBe(whole);
    }
  });

  it('counts a character of two halves as one', () => {
    // Each behind another is 1.6 tokens, as the weights of rare characters have it.
    expect(count('🎉'.repeat(100))).toBe(160);
    expect(count('\ud83c'.repeat(100))).toBe(count('\ud83c\udf89'.repeat(100)));
  });

  it('is nothing for nothing, and one token at least for anything', () => {
    expect([count(), count(''), count('', ' ')]).toEqual([0, 0, 1]);
    expect(count('e')).toBe(1);
  });
});
