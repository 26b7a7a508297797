import { describe, expect, it } from 'vitest';
import { split } from './split.ts';

describe('split', () => {
  it.each([
    ['one document', 'a: 1\n', [['a: 1\n', 0]]],
    ['a leading boundary', '---\na: 1\n', [['---\na: 1\n', 0]]],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      [
        ['a: 1\n', 0],
        ['---\nb: 2\n', 1],
      ],
    ],
    ['a trailing boundary', 'a: 1\n---\n', [['a: 1\n', 0]]],
    ['empty documents in between', '---\n---\n\n---\na: 1', [['---\na: 1', 3]]],
    [
      'content behind the boundary',
      '--- {a: 1}\n--- # note\nb: 2',
      [
        ['--- {a: 1}\n', 0],
        ['--- # note\nb: 2', 1],
      ],
    ],
    [
      'an end marker',
      'a: 1\n...\n# note\n---\nb: 2',
      [
        ['a: 1\n', 0],
        ['---\nb: 2', 3],
      ],
    ],
    ['a directive', '%YAML 1.2\n---\na: 1\n', [['---\na: 1\n', 1]]],
    [
      'line ends of Windows',
      'a: 1\r\n---\r\nb: 2\r\n',
      [
        ['a: 1\r\n', 0],
        ['---\r\nb: 2\r\n', 1],
      ],
    ],
    [
      'byte order marks, of files that were joined',
      '\ufeffa: 1\n---\n\ufeffb: 2\n\ufeff---\nc: 3\n',
      [
        ['a: 1\n', 0],
        ['---\nb: 2\n', 1],
        ['---\nc: 3\n', 3],
      ],
    ],
    ['a byte order mark within a document', 'a: |\n  \ufeffb\n', [['a: |\n  \ufeffb\n', 0]]],
    ['dashes that are no boundary', 'a: |\n  ---\n ---\n----\n---x\n', [['a: |\n  ---\n ---\n----\n---x\n', 0]]],
    ['nothing', '', []],
    ['nothing but comments', '# a\n---\n  # b\n\n', []],
  ])('cuts a file with %s', (_name, text, parts) => {
    expect(split(text).map((part) => [part.text, part.line])).toEqual(parts);
  });
});
