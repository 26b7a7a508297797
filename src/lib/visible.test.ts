import { describe, expect, it } from 'vitest';
import { visible } from './visible.ts';

describe('visible()', () => {
  it.each([
    ['a b', 'a b'],
    ['Größe 😀', 'Größe 😀'],
    ['a\u200bb', 'a\\u200bb'],
    ['\ufeffkind', '\\ufeffkind'],
    ['a\u00a0b', 'a\\u00a0b'],
    ['x\u001b[31m\ny', 'x\\u001b[31m\\u000ay'],
    ['\u202egpj.yaml', '\\u202egpj.yaml'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ])('shows %j as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});
