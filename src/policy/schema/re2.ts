import { checkPattern, longestPattern } from '../../guard/regex/check.ts';
import { compileProgram } from '../../guard/regex/program.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { kindOf } from './show.ts';

const remedy = 'write a pattern in RE2 syntax, such as gpt-4.*';

/** A pattern for whole values; so one that matches the empty text is as good as any. */
export const re2: Schema<string> = {
  json: { type: 'string', minLength: 1, maxLength: longestPattern },
  parse: (value, place) => {
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a text`, remedy);
    const problem = checkPattern(value);
    if (problem === undefined || (value !== '' && value.length <= longestPattern && compiles(value))) return value;
    return reject(place, `${problem.message} (character ${problem.position + 1})`, remedy);
  },
};

function compiles(pattern: string): boolean {
  try {
    compileProgram(pattern, false);
    return true;
  } catch {
    return false;
  }
}
