import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit, isWord, separatorOf } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { isInternationalNumber } from '../numbering-plan.ts';
import { beginnings, nationalForm } from './national-phone.ts';
import { groupEnd, internationalDigits, longestGroups, mostDigits, readGroups, totalDigits } from './phone-groups.ts';

const plus = 43;
const open = 40;
const zero = 48;
const one = 49;
const letterX = 120;
const fewestInternational = 8;
const fewestNational = 7;
const mostNational = 12;
const longestExtension = 6;
/** `0044…`, for context words to say that it is one: so many digits stand on boxes and bills as well. */
const withoutSeparators = 0.4;

export const phoneMatcher: Matcher = {
  entity: 'PHONE_NUMBER',
  trigger: 'digit',
  reach: 3 + longestGroups + 1 + longestExtension + 1,
  begins: (code) => isDigit(code) || code === plus || code === open,
  beginsLike: ({ count, next }) =>
    next !== 'other' && ((next === 'separator' && count < 6) || (count >= fewestNational && count <= 2 + mostDigits)),
  match: (attempt, start) => {
    const code = codeAt(attempt, start);
    if (code === plus) return international(attempt, start);
    if (code === open && codeAt(attempt, start + 1) === plus) return bracketedCountry(attempt, start);
    if (code === zero && codeAt(attempt, start + 1) === zero) return dialledAbroad(attempt, start);
    const isBracketed = code === open;
    if (isBracketed ? !beginsWord(attempt, start) : !beginsNumber(attempt, start)) return undefined;
    // One digit alone is the `1` of North America.
    if (!isBracketed && code !== one && !isDigit(codeAt(attempt, start + 1))) return undefined;
    return national(attempt, start, isBracketed);
  },
};

function international(attempt: Attempt, start: number): Match | undefined {
  const previous = codeBefore(attempt, start);
  if (!beginsWord(attempt, start) || previous === plus) return undefined;
  const count = internationalGroups(attempt, start + 1, false);
  return count > 0 ? certain(count) : undefined;
}

/** `(+49) 170 1234567`. */
function bracketedCountry(attempt: Attempt, start: number): Match | undefined {
  if (!beginsWord(attempt, start)) return undefined;
  const count = internationalGroups(attempt, start + 2, true);
  return count > 1 ? certain(count) : undefined;
}

/** `0044 20 7946 0958`: two zeros in place of the plus. */
function dialledAbroad(attempt: Attempt, start: number): Match | undefined {
  if (!beginsNumber(attempt, start)) return undefined;
  const blank = separatorOf(codeAt(attempt, start + 2)) === '' ? 0 : 1;
  const first = start + 2 + blank;
  if (codeAt(attempt, first) === zero) return undefined;
  const count = internationalGroups(attempt, first, false);
  if (count === 0) return undefined;
  return count + blank > 2 ? certain(count) : { ...certain(count), score: withoutSeparators, needsContext: true };
}

/** How many groups make up a number with its country, the longest there is; 0: none. */
function internationalGroups(attempt: Attempt, start: number, isBracketed: boolean): number {
  for (let count = readGroups(attempt, start, isBracketed, mostDigits); count > 0; count -= 1) {
    if (totalDigits(count) < fewestInternational) return 0;
    if (!endsPhone(attempt, groupEnd(count))) continue;
    if (isInternationalNumber(internationalDigits(attempt.text, count))) return count;
  }
  return 0;
}

function certain(count: number): Match {
  return { end: groupEnd(count), score: 1, validator: 'numbering-plan', needsContext: false };
}

function national(attempt: Attempt, start: number, isBracketed: boolean): Match | undefined {
  const first = isBracketed ? start + 1 : start;
  const begins = codeAt(attempt, first) === zero ? undefined : beginnings;
  for (let count = readGroups(attempt, first, isBracketed, mostNational, begins); count > 0; count -= 1) {
    if (totalDigits(count) < fewestNational) return undefined;
    const form = nationalForm(attempt.text, count, isBracketed);
    const end = groupEnd(count);
    if (form === undefined || !endsPhone(attempt, end)) continue;
    return { end, score: form.score, validator: 'numbering-plan', needsContext: form.needsContext };
  }
  return undefined;
}

/** Also before an extension: `212-736-5000x44`. */
function endsPhone(attempt: Attempt, end: number): boolean {
  if (endsNumber(attempt, end)) return true;
  if ((codeAt(attempt, end) | 32) !== letterX) return false;
  let at = end + 1;
  while (at - end <= longestExtension && isDigit(codeAt(attempt, at))) at += 1;
  return at > end + 1 && !isWord(codeAt(attempt, at));
}
