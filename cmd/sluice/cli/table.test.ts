import { describe, expect, it } from 'vitest';
import { alignRows, wrapText } from './table.ts';

describe('alignRows()', () => {
  it('aligns all but the last column and leaves no spaces at the end', () => {
    const rows = [
      ['a', 'bbb', 'c'],
      ['aaaa', 'b', ''],
    ];
    expect(alignRows(rows, ' ')).toEqual([' a     bbb  c', ' aaaa  b']);
  });

  it('does not count colours as width', () => {
    const rows = [
      ['\u001b[31mab\u001b[39m', 'x'],
      ['abc', 'y'],
    ];
    expect(alignRows(rows)).toEqual(['\u001b[31mab\u001b[39m   x', 'abc  y']);
  });
});

describe('wrapText()', () => {
  it('breaks at spaces and keeps long words whole', () => {
    expect(wrapText('one two https://example.com/long three', 9)).toEqual([
      'one two',
      'https://example.com/long',
      'three',
    ]);
    expect(wrapText('never broken at all', Number.POSITIVE_INFINITY)).toEqual(['never broken at all']);
    expect(wrapText('', 9)).toEqual(['']);
  });
});
