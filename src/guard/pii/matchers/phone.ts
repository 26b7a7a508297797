import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { isInternationalNumber } from '../numbering-plan.ts';
import { beginnings, nationalForm } from './national-phone.ts';
import { groupEnd, internationalDigits, longestGroups, mostDigits, readGroups, totalDigits } from './phone-groups.ts';

const plus = 43;
const open = 40;
const zero = 48;
const one = 49;
const fewestInternational = 8;
const fewestNational = 7;
const mostNational = 12;

export const phoneMatcher: Matcher = {
  entity: 'PHONE_NUMBER',
  trigger: 'digit',
  reach: 2 + longestGroups + 2,
  begins: (code) => isDigit(code) || code === plus || code === open,
  beginsLike: ({ count, next }) =>
    next !== 'other' && ((next === 'separator' && count < 6) || (count >= fewestNational && count <= mostNational)),
  match: (attempt, start) => {
    const code = codeAt(attempt, start);
    if (code === plus) return international(attempt, start);
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
  for (let count = readGroups(attempt, start + 1, false, mostDigits); count > 0; count -= 1) {
    if (totalDigits(count) < fewestInternational) return undefined;
    const end = groupEnd(count);
    if (!endsNumber(attempt, end) || !isInternationalNumber(internationalDigits(attempt.text, count))) continue;
    return { end, score: 1, validator: 'numbering-plan', needsContext: false };
  }
  return undefined;
}

function national(attempt: Attempt, start: number, isBracketed: boolean): Match | undefined {
  const first = isBracketed ? start + 1 : start;
  const begins = codeAt(attempt, first) === zero ? undefined : beginnings;
  for (let count = readGroups(attempt, first, isBracketed, mostNational, begins); count > 0; count -= 1) {
    if (totalDigits(count) < fewestNational) return undefined;
    const form = nationalForm(attempt.text, count, isBracketed);
    const end = groupEnd(count);
    if (form === undefined || !endsNumber(attempt, end)) continue;
    return { end, score: form.score, validator: 'numbering-plan', needsContext: form.needsContext };
  }
  return undefined;
}
