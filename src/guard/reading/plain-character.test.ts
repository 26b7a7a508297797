import { describe, expect, it } from 'vitest';
import { plainCharacter } from './plain-character.ts';

const read = (text: string): string => Array.from(text, (each) => plainCharacter(each.codePointAt(0) ?? 0)).join('');

describe('plainCharacter()', () => {
  it.each([
    ['０１２３４５６７８９', '0123456789'],
    ['٠١٢٣٤٥٦٧٨٩', '0123456789'],
    ['۰۱۲۳۴۵۶۷۸۹', '0123456789'],
    ['०१२३४५६७८९', '0123456789'],
    ['๐๑๒๓๔๕๖๗๘๙', '0123456789'],
    ['𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡𝟢𝟣𝟫𝟬𝟵𝟶𝟿', '012345678901234567890190909'],
    ['①②⑨⁴₅', '12945'],
    ['ａＺ＠．＋－＿％：／（）', 'aZ@.+-_%:/()'],
    ['𝒶𝐀ⓐ', 'aAa'],
    ['a\u00ad\u200b\u200d\ufeff\u202eb\ufe0f\u20e3c\u0332', 'abc'],
    ['\u{e0034}\u{e0040}', '4@'],
    ['\u3000\u2003', '  '],
  ])('reads %s as %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['letters of other alphabets', 'äéñßøğ Привет αβγ 请 한국어'],
    ['marks that are vowels', 'हिन्दी ไทย'],
    ['superscripts that measure', 'm² km³ 1ª nº'],
    ['what ends and parts sentences', '，！？；。'],
    ['fractions and signs of several letters', '½ ™ ㎏ ﷺ'],
    ['pictures', '😀'],
  ])('leaves %s', (_, text) => {
    expect(read(text)).toBe(text);
  });

  it('leaves ASCII, and makes nothing but ASCII of other characters', () => {
    for (let codePoint = 0; codePoint < 0x110000; codePoint += 1) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const plain = plainCharacter(codePoint);
      const character = String.fromCodePoint(codePoint);
      if (codePoint < 128 ? plain !== character : plain !== character && !/^[ -~]?$/.test(plain))
        throw new Error(`${codePoint.toString(16)} is read as ${plain}`);
      if (/^\p{Nd}$/u.test(character) && !/^[0-9]$/.test(plain)) throw new Error(`${character} is a digit`);
    }
  });
});
