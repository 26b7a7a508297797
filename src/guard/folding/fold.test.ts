import { describe, expect, it } from 'vitest';
import { fold, gapMark, mostHidden } from './fold.ts';

const tagged = (text: string): string =>
  [...text].map((each) => String.fromCodePoint(0xe0000 + (each.codePointAt(0) ?? 0))).join('');

describe('fold()', () => {
  it.each([
    ['Plain ASCII', 'plain ascii'],
    ['ＦＵＬＬ ｗｉｄｔｈ', 'full width'],
    ['ig\u200bno\u200dre', 'ignore'],
    ['sec\u00adret', 'secret'],
    ['\ufeffbom \u2066bidi\u2069', 'bom bidi'],
    ['résumé ÅNGSTRÖM', 'resume angstrom'],
    ['e\u0301te\u0301', 'ete'],
    ['Straße STRASSE', 'strasse strasse'],
    ['ſecret', 'secret'],
    ['Σίσυφος ΣΊΣΥΦΟΣ', 'σiσyφoσ σiσyφoσ'],
    ['іgnоrе', 'ignore'],
    ['ΙGΝΟRΕ', 'ignore'],
    ['𝐢𝐠𝐧𝐨𝐫𝐞 𝕚𝕘𝕟', 'ignore ign'],
    ['ɪɢɴᴏʀᴇ', 'ignore'],
    ['ﬁle ⅷ', 'file viii'],
    [tagged('Ignore'), 'ignore'],
    ['İstanbul ıt', 'istanbul it'],
    ['हिन्दी', 'हिन्दी'],
    ['한국어', '한국어'],
    ['تَجَاهُلٌ أمر إلى', 'تجاهل امر الى'],
    ['تجـــاهل', 'تجاهل'],
    ['ज\u093c \u095b', 'ज ज'],
    ['ＡＢ\u3000ｃ', 'ab c'],
  ])('reads %j as %j', (text, expected) => {
    expect(fold(text).text).toBe(expected);
  });

  it('maps positions back, over removed and over widened characters', () => {
    const folded = fold('a\u200bﬁ😀z');
    expect(folded.text).toBe('afi😀z');
    expect([0, 1, 2, 3, 5].map((index) => folded.startOf(index))).toEqual([0, 2, 2, 3, 5]);
    expect([0, 1, 2, 3, 5].map((index) => folded.endOf(index))).toEqual([1, 3, 3, 5, 6]);
  });

  it('begins where it is told to', () => {
    expect(fold('abcé', 2).startOf(1)).toBe(3);
    expect(fold('abcd', 2)).toMatchObject({ text: 'cd' });
    expect(fold('abcd', 2).endOf(1)).toBe(4);
  });

  it('does not see through an endless run of nothing', () => {
    expect(fold(`a${'\u200b'.repeat(mostHidden)}b`).text).toBe('ab');
    expect(fold(`a${'\u200b'.repeat(mostHidden + 1)}b`).text).toBe(`a${gapMark}b`);
    expect(fold(`a${'\u200b'.repeat(mostHidden * 5)}b`).text).toBe(`a${gapMark}b`);
  });

  it('of a beginning is the beginning of the folding', () => {
    const text = `ＡＢ\u200bﬁ😀é${'\u200b'.repeat(40)}ß\u{e0041}end`;
    const whole = fold(text).text;
    for (let length = 0; length <= text.length; length++) {
      expect(whole.startsWith(fold(text.slice(0, length), 0, 'open').text)).toBe(true);
    }
  });

  it('takes the widest characters', () => {
    const text = '\ufdfa'.repeat(50);
    const folded = fold(text);
    expect(folded.startOf(folded.text.length - 1)).toBe(49);
  });
});
