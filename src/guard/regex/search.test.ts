import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { compileProgram } from './program.ts';
import { Search } from './search.ts';

const matches = (search: Search, text: string): string[] => {
  const found: string[] = [];
  search.begin(text, 0);
  for (let from = 0; search.next(text, from, true) === 'match'; from = search.end) {
    found.push(`${search.start}-${search.end}`);
  }
  return found;
};

/** Tries every start on its own, so that no attempt can build on another. */
const matchesOneByOne = (search: Search, text: string): string[] => {
  const found: string[] = [];
  for (let from = 0; from < text.length; from++) {
    search.begin(text, from);
    if (search.next(text, from, true) !== 'match' || search.start !== from) continue;
    found.push(`${search.start}-${search.end}`);
    from = search.end - 1;
  }
  return found;
};

describe('Search', () => {
  it.each(['a.*b', 'a.*?b', 'ab|a.*c', '(?:a|ba)+c', '[ab]+c', 'a(?:.*c)?', '\\ba.*b\\b', '(?:[ab][ab]*){2}c'])(
    'finds %s within its bound as if every start were tried alone',
    (pattern) => {
      const { text: textOf } = seededRandom(5);
      for (let round = 0; round < 400; round++) {
        const text = textOf('aaaabbbbac c😀', 40);
        const search = new Search(compileProgram(pattern, false), 3 + (round % 9));
        expect(matches(search, text), text).toEqual(matchesOneByOne(search, text));
      }
    },
  );

  it('survives throwing its states away', () => {
    const search = new Search(compileProgram('(?:a|b|c)*a(?:a|b|c){12}d', false), 300);
    const random = seededRandom(3);
    const text = `${random.text('abc', 6_000)}a${random.text('abc', 12)}`;
    expect(matches(search, `${text}d`)).toHaveLength(1);
    expect(matches(search, text)).toEqual([]);
  });
});
