import { foldedKeyword } from '../guard/keywords/tree.ts';
import { checkPattern } from '../guard/regex/check.ts';
import { entityDetector } from './entity-detector.ts';
import { boolean } from './schema/boolean.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under } from './schema/place.ts';
import { refine, type Schema } from './schema/schema.ts';
import { score } from './schema/score.ts';
import { notedJson, ruled } from './schema/server-notes.ts';
import { kindOf } from './schema/show.ts';
import { text } from './schema/text.ts';

const keywordRemedy = 'write a word or a phrase on one line';
const keyword = refine(
  text({ longest: 200, complaint: 'is not a word or phrase', remedy: keywordRemedy }),
  (word, place) =>
    foldedKeyword(word) === ''
      ? reject(place, 'is made of blanks and invisible characters, so it is never found', keywordRemedy)
      : word,
);

const keywords = list(keyword, { least: 1, most: 5000, emptyRemedy: 'name at least one word or phrase' });

const regex = object({
  pattern: required(pattern(), 'In RE2 syntax: no look-around, no back references.'),
  caseInsensitive: defaulted(boolean, false, 'true: upper and lower case are the same.'),
});

function pattern(): Schema<string> {
  const remedy = 'write a pattern in RE2 syntax, such as TCK-[0-9]{6}';
  return {
    // Compiling it is all that a server can do to see whether it is one; the answer of the match does not matter.
    json: notedJson(
      { type: 'string', minLength: 1, maxLength: 1000 },
      { rules: [{ rule: '"".matches(self) || !"".matches(self)', message: remedy }] },
    ),
    parse: (value, place: Place): Parsed<string> => {
      if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a text`, remedy);
      const problem = checkPattern(value);
      if (problem === undefined) return value;
      return reject(place, `${problem.message} (character ${problem.position + 1})`, remedy);
    },
  };
}

const injection = object({
  sensitivity: defaulted(
    enumeration(['low', 'medium', 'high']),
    'medium',
    'low: only what is plain. high: also what is likely, with more false alarms.',
  ),
  threshold: optional(score, 'Score from which on it is a finding, in place of that of the sensitivity.'),
});

/** Detectors that decide here and now. */
export const localDetectors = {
  keywords: optional(keywords, 'Words and phrases, found as whole words whatever their case and spacing.'),
  regex: optional(regex, 'A regular expression.'),
  pii: optional(entityDetector('pii'), 'Personal data.'),
  secrets: optional(entityDetector('secret'), 'Keys, tokens and passwords.'),
  injection: optional(
    refine(
      ruled(injection, {
        rule: '!has(self.threshold) || self.threshold > 0.0',
        message: 'raise it: with 0 everything is a finding',
        fieldPath: '.threshold',
      }),
      (spec, place) =>
        spec.threshold === 0 ? reject(under(place, 'threshold'), 'is 0, so everything is a finding', 'raise it') : spec,
    ),
    'Attempts to talk a model out of its instructions.',
  ),
};
