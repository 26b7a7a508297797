import { describe, expect, it } from 'vitest';
import { chunksOf, countTokens, say } from './text.ts';

describe('What the practice provider says', () => {
  it('is what was asked, in chunks that make the text again', () => {
    for (const prompt of ['Hello there!', '', '  spaced\n\nout  ', 'emoji 🎉 done']) {
      const { text } = say(prompt, undefined);
      expect(text).toBe(`You said: ${prompt}`);
      expect(chunksOf(text).join('')).toBe(text);
    }
    expect(chunksOf('You said: Hello there!')).toEqual(['You', ' said:', ' Hello', ' there!']);
  });

  it('ends at the token limit and says so', () => {
    expect(say('Hello', 2)).toEqual({ text: 'You said', tokens: 2, isCut: true });
    expect(say('Hello', 100)).toEqual({ text: 'You said: Hello', tokens: 4, isCut: false });
  });

  it('is bounded, whatever was asked', () => {
    expect(say('long '.repeat(100_000), undefined).text.length).toBe('You said: '.length + 2_000);
  });

  it('never ends in half a character', () => {
    expect(say('x🎉🎉', 3).text).toBe('You said: x');
  });

  it('counts a token per four characters', () => {
    expect([0, 1, 4, 5].map(countTokens)).toEqual([0, 1, 1, 2]);
  });
});
