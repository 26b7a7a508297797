import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit, separatorOf } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { isInternationalNumber } from '../numbering-plan.ts';
import { type Group, nationalForm } from './national-phone.ts';

const plus = 43;
const open = 40;
const close = 41;
const slash = 47;
const mostDigits = 15;
const mostGroups = 7;
const mostBetween = 3;
const fewestInternational = 8;

export const phoneMatcher: Matcher = {
  entity: 'PHONE_NUMBER',
  trigger: 'digit',
  reach: 2 + mostDigits + 1 + mostGroups * mostBetween + 2,
  begins: (code) => isDigit(code) || code === plus || code === open,
  match: (attempt, start) => {
    const code = codeAt(attempt, start);
    if (code === plus) return international(attempt, start);
    const isBracketed = code === open;
    if (isBracketed ? !beginsWord(attempt, start) : !beginsNumber(attempt, start)) return undefined;
    return national(attempt, start, isBracketed);
  },
};

function international(attempt: Attempt, start: number): Match | undefined {
  const previous = codeBefore(attempt, start);
  if (!beginsWord(attempt, start) || previous === plus) return undefined;
  const groups = groupsFrom(attempt, start + 1, false);
  for (let count = groups.length; count > 0; count -= 1) {
    const digits = digitsOf(groups, count);
    if (digits.length < fewestInternational) return undefined;
    const end = groups[count - 1]?.end ?? start;
    if (!endsNumber(attempt, end) || !isInternationalNumber(digits)) continue;
    return { end, score: 1, validator: 'numbering-plan', needsContext: false };
  }
  return undefined;
}

function national(attempt: Attempt, start: number, isBracketed: boolean): Match | undefined {
  const groups = groupsFrom(attempt, isBracketed ? start + 1 : start, isBracketed);
  for (let count = groups.length; count > 0; count -= 1) {
    const form = nationalForm(groups, count, isBracketed);
    const end = groups[count - 1]?.end ?? start;
    if (form === undefined || !endsNumber(attempt, end)) continue;
    return { end, score: form.score, validator: 'numbering-plan', needsContext: form.needsContext };
  }
  return undefined;
}

function digitsOf(groups: readonly Group[], count: number): string {
  let digits = '';
  for (let index = 0; index < count; index += 1) {
    const group = groups[index];
    // `+44 (0)20 …`: the trunk prefix is not dialled from abroad.
    if (group !== undefined && !(group.isBracketed && group.digits === '0')) digits += group.digits;
  }
  return digits;
}

/** Groups of digits with up to three signs between them. Brackets must be closed. */
function groupsFrom(attempt: Attempt, start: number, isOpen: boolean): readonly Group[] {
  const groups: Group[] = [];
  let isBracketed = isOpen;
  let complete = 0;
  let total = 0;
  let at = start;
  for (let separator = ''; groups.length < mostGroups; ) {
    const first = at;
    while (at - first <= mostDigits && isDigit(codeAt(attempt, at))) at += 1;
    total += at - first;
    if (at === first || total > mostDigits) break;
    groups.push({ digits: attempt.text.slice(first, at), end: at, separator, isBracketed });
    if (isBracketed) {
      if (codeAt(attempt, at) !== close) break;
      isBracketed = false;
      at += 1;
    }
    complete = groups.length;
    separator = '';
    for (let count = 0; count < mostBetween; count += 1, at += 1) {
      const code = codeAt(attempt, at);
      if (code === open && !isBracketed) isBracketed = true;
      else if (separatorOf(code) === '' && code !== slash) break;
      else if (separator === '' || separator === ' ') separator = code === slash ? '/' : separatorOf(code);
    }
  }
  return groups.slice(0, complete);
}
