import { type Attempt, codeAt } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit, isLetter } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { isDate } from '../validators/calendar.ts';
import { beginsMonth, monthAt, monthEnd } from './month.ts';

const hyphen = 45;
const dot = 46;
const slash = 47;
const earliestYear = 1890;
const latestYear = 2040;

/** A day, written as people write it, behind words such as `born` and `date of birth`. */
export const birthDateMatcher: Matcher = {
  entity: 'DATE_OF_BIRTH',
  trigger: 'digit',
  reach: 36,
  begins: (code) => isDigit(code) || beginsMonth(code),
  beginsLike: ({ isDigits, count }) => (isDigits ? count < 3 || count === 4 : count > 2 && count < 10),
  match: (attempt, start) => {
    const end = isDigit(codeAt(attempt, start)) ? fromDigits(attempt, start) : fromMonth(attempt, start);
    if (end < 0 || !endsNumber(attempt, end)) return undefined;
    return { end, score: 0.4, validator: undefined, needsContext: true };
  },
};

/** Behind the digits; -1: none, or more than `most`. */
function digitsEnd(attempt: Attempt, start: number, most: number): number {
  let at = start;
  while (at - start <= most && isDigit(codeAt(attempt, at))) at += 1;
  return at === start || at - start > most ? -1 : at;
}

function numberIn(attempt: Attempt, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + attempt.text.charCodeAt(at) - 48;
  return value;
}

function fromDigits(attempt: Attempt, start: number): number {
  if (!beginsNumber(attempt, start)) return -1;
  const end = digitsEnd(attempt, start, 4);
  if (end < 0) return -1;
  const size = end - start;
  const sign = codeAt(attempt, end);
  if (sign !== hyphen && sign !== slash && sign !== dot) return size > 2 ? -1 : fromDay(attempt, start, end);
  const secondEnd = digitsEnd(attempt, end + 1, 2);
  if (secondEnd < 0 || codeAt(attempt, secondEnd) !== sign) return -1;
  // `5. 4. 1980` is written as well.
  const thirdEnd = digitsEnd(attempt, secondEnd + 1, size === 4 ? 2 : 4);
  if (thirdEnd < 0) return -1;
  const first = numberIn(attempt, start, end);
  const second = numberIn(attempt, end + 1, secondEnd);
  const third = numberIn(attempt, secondEnd + 1, thirdEnd);
  if (size === 4) return isBirth(first, second, third) ? thirdEnd : -1;
  const thirdSize = thirdEnd - secondEnd - 1;
  if (size > 2 || thirdSize === 3 || thirdSize === 1) return -1;
  const year = thirdSize === 2 ? 1900 + third : third;
  return isBirth(year, second, first) || isBirth(year, first, second) ? thirdEnd : -1;
}

/** `5 January 1980`, `5th of Jan. 1980`. */
function fromDay(attempt: Attempt, start: number, end: number): number {
  let at = ordinalEnd(attempt, end);
  if (codeAt(attempt, at) !== 32) return -1;
  at += 1;
  if (codeAt(attempt, at) === 111 && codeAt(attempt, at + 1) === 102 && codeAt(attempt, at + 2) === 32) at += 3;
  const month = monthAt(attempt, at);
  if (month === 0) return -1;
  const year = blanksEnd(attempt, monthEnd(attempt, at));
  return birthEnd(attempt, year, month, numberIn(attempt, start, end));
}

/** `January 5, 1980`. */
function fromMonth(attempt: Attempt, start: number): number {
  if (!beginsWord(attempt, start)) return -1;
  const month = monthAt(attempt, start);
  if (month === 0) return -1;
  const day = blanksEnd(attempt, monthEnd(attempt, start));
  const dayEnd = digitsEnd(attempt, day, 2);
  if (dayEnd < 0) return -1;
  const year = blanksEnd(attempt, ordinalEnd(attempt, dayEnd));
  return birthEnd(attempt, year, month, numberIn(attempt, day, dayEnd));
}

/** Behind the year, if all of it is a day that somebody can have been born on. */
function birthEnd(attempt: Attempt, yearStart: number, month: number, day: number): number {
  const end = digitsEnd(attempt, yearStart, 4);
  return end >= 0 && isBirth(numberIn(attempt, yearStart, end), month, day) ? end : -1;
}

function isBirth(year: number, month: number, day: number): boolean {
  return year >= earliestYear && year <= latestYear && isDate(year, month, day);
}

function ordinalEnd(attempt: Attempt, at: number): number {
  if (!isLetter(codeAt(attempt, at))) return at;
  codeAt(attempt, at + 1);
  return /^(?:st|nd|rd|th)$/.test(attempt.text.slice(at, at + 2)) ? at + 2 : at;
}

/** A comma or a blank, and a blank. */
function blanksEnd(attempt: Attempt, at: number): number {
  const next = codeAt(attempt, at) === 44 ? at + 1 : at;
  return codeAt(attempt, next) === 32 ? next + 1 : next;
}
