import { describe, expect, it } from 'vitest';
import { parseAnswer } from './answer.ts';

const answer = (text: string) => parseAnswer(Buffer.from(text));

describe('parseAnswer()', () => {
  it.each(['', ' ', '\n', '\r', '\t', ' \r\n\t'])(
    'takes no names that are spelled with escapes, before %j',
    (blank) => {
      expect(answer(`{"verd\\u0069ct"${blank}:"allow"}`)).toBeUndefined();
      expect(answer(`{"a":{"b":1,"verd\\u0069ct"${blank}: 1}}`)).toBeUndefined();
    },
  );

  it('takes escapes in texts, and slashes in names', () => {
    expect(answer('{"texts":["a\\u0069:", "\\"", "\\\\"],"hate\\/threatening":1}')).toEqual({
      texts: ['ai:', '"', '\\'],
      'hate/threatening': 1,
    });
  });

  it('takes neither what is no JSON nor what is no UTF-8', () => {
    expect(answer('{')).toBeUndefined();
    expect(parseAnswer(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
  });
});
