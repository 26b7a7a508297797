import { describe, expect, it } from 'vitest';
import { Words, wordsReach } from './words.ts';

function lastWords(text: string, field?: string): readonly string[] {
  return [...new Words(text, field).before(text.length)].reverse();
}

describe('the words before a place', () => {
  it('are the last five, lower case, names of variables in their parts', () => {
    expect(lastWords('one two three four five six ')).toEqual(['two', 'three', 'four', 'five', 'six']);
    expect(lastWords('Card: my cardNumber, ')).toEqual(['card', 'my', 'card', 'number']);
    expect(lastWords('the driver’s SSNNumber = ')).toEqual(['the', 'driver', 'ssn', 'number']);
  });

  it('begin with the name of the field where the text has too few', () => {
    expect(lastWords('no. ', 'passport_number')).toEqual(['passport', 'number', 'no']);
  });

  it('do not lie farther away than the reach, and none is cut by it', () => {
    const blanks = (count: number): string => ' '.repeat(count);
    expect(lastWords(`x card${blanks(wordsReach - 4)}`)).toEqual(['card']);
    expect(lastWords(`x card${blanks(wordsReach - 3)}`)).toEqual([]);
    expect(lastWords(`${blanks(20)}one`, 'card')).toEqual(['card', 'one']);
    expect(lastWords(`${blanks(wordsReach - 4)}one`, 'card')).toEqual(['one']);
  });

  it('are the same wherever else was asked before', () => {
    const text = `${'12 ab cardNumber '.repeat(20)}${'x'.repeat(120)} 34 `;
    const words = new Words(text, 'field');
    for (let place = 0; place <= text.length; place += 1) {
      expect(words.before(place), `${place}`).toEqual(new Words(text, 'field').before(place));
    }
    for (let place = text.length; place >= 0; place -= 7) {
      expect(words.before(place), `${place}`).toEqual(new Words(text, 'field').before(place));
    }
  });
});
