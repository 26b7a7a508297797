import { describe, expect, it } from 'vitest';
import { choices, show } from './show.ts';

describe('show', () => {
  it.each([
    ['pubic', '"pubic"'],
    ['a\nb', '"a\\nb"'],
    ['small\u200b', '"small\\u200b"'],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'nothing'],
    [[], 'an empty list'],
    [[1], 'a list'],
    [{ a: 1 }, 'a map'],
  ])('repeats %j in a way that can be recognised', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('cuts what is long, between characters', () => {
    expect(show('ä'.repeat(100))).toBe(`"${'ä'.repeat(59)}…`);
    expect(show('😀'.repeat(100))).toBe(`"${'😀'.repeat(59)}…`);
  });

  it('masks what looks like a secret wherever it was put', () => {
    expect(show('sk-proj-0123456789abcdef')).toBe('"[masked]"');
  });
});

describe('choices', () => {
  it('lists words as people do', () => {
    expect([choices([]), choices(['a']), choices(['a', 'b']), choices(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a or b',
      'a, b or c',
    ]);
  });
});
