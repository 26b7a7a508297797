import { checkWholePattern, longestPattern } from '../../guard/regex/check.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { kindOf } from './show.ts';

const remedy = 'write a pattern in RE2 syntax, such as gpt-4.*';

/** A pattern for whole values; so one that matches the empty text is as good as any. */
export const re2: Schema<string> = {
  json: { type: 'string', minLength: 1, maxLength: longestPattern },
  parse: (value, place) => {
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a text`, remedy);
    const problem = checkWholePattern(value);
    return problem === undefined
      ? value
      : reject(place, `${problem.message} (character ${problem.position + 1})`, remedy);
  },
};
