import { describe, expect, it } from 'vitest';
import { longestSpelling, openSpellingIn, spelledOutAt } from './spelled-out.ts';

describe('spelledOutAt()', () => {
  it.each([
    ['&#64;', '@', 5],
    ['&#64x', '@', 4],
    ['&#0000064;', '@', 10],
    ['&#x40;', '@', 6],
    ['&#X0040;', '@', 8],
    ['&commat;', '@', 8],
    ['&amp;#64;', '@', 9],
    ['&amp;', '&', 5],
    ['&lt;', '<', 4],
    ['&nbsp;', '\u00a0', 6],
    ['&#128512;', '😀', 9],
    ['%40', '@', 3],
    ['%2540', '@', 5],
    ['%25', '%', 3],
    ['%2B', '+', 3],
    ['\\u0040', '@', 6],
    ['\\\\u0040', '@', 7],
    ['\\u{40}', '@', 6],
    ['\\x40', '@', 4],
    ['\\ud83d\\ude00', '😀', 12],
    ['\\\\ud83d\\\\ude00', '😀', 14],
  ])('reads %s as %s', (text, character, end) => {
    expect(spelledOutAt(`${text} and more`, 0)).toEqual({ codePoint: character.codePointAt(0), end });
    expect(end).toBeLessThanOrEqual(longestSpelling);
  });

  it.each([
    ...[
      '&',
      '& co',
      '&#',
      '&#;',
      '&#x;',
      '&eacute;',
      '&copy',
      '&nbsp',
      '&foo;',
      '&#0;',
      '&#7;',
      '&#xd800;',
      '&#9999999;',
    ],
    ...[
      '%',
      '%4',
      '%0a',
      '%c3%a4',
      '%zz',
      '5% of',
      '\\',
      '\\n',
      '\\u',
      '\\u12',
      '\\x4',
      '\\ud835',
      '\\u{1234567}',
      'plain',
    ],
  ])('reads nothing in %s', (text) => {
    expect(spelledOutAt(`${text}- and`, 0)).toBeUndefined();
  });
});

describe('openSpellingIn()', () => {
  it.each([
    ...[
      '&',
      '&#',
      '&#6',
      '&#64',
      '&#x',
      '&#x4',
      '&c',
      '&commat',
      '&amp',
      '&amp;',
      '&amp;#',
      '&amp;#64',
      '%',
      '%4',
      '%25',
      '%254',
    ],
    ...[
      '\\',
      '\\u',
      '\\u00',
      '\\u004',
      '\\u{',
      '\\u{40',
      '\\x',
      '\\x4',
      '\\\\',
      '\\\\u',
      '\\ud835',
      '\\ud835\\',
      '\\ud835\\udf',
    ],
  ])('sees that %s may go on', (text) => {
    expect(openSpellingIn(`one & two 5% ${text}`)).toBe(13);
  });

  it.each([
    '',
    'a',
    '&#64;',
    '&commat;',
    '%40',
    '%2540',
    '%0',
    '%zz',
    '\\u0040',
    '\\n',
    '\\x40',
    '&& ',
    '\\\\\\u0040',
    '&thisIsNoName',
  ])('sees that %s is complete', (text) => {
    expect(openSpellingIn(text)).toBe(text.length);
  });
});
