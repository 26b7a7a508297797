import { type Attempt, codeAt } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit, isLetter } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { isDate } from '../validators/calendar.ts';
import { beginsMonth, monthAt, monthEnd, namedMonthAt } from './month.ts';

const blank = 32;
const hyphen = 45;
const dot = 46;
const slash = 47;
const letterT = 84;
const ordinalSign = 0xba;
const earliestYear = 1890;
const latestYear = 2040;

/** A day, written as people write it, behind words such as `born` and `date of birth`. */
export const birthDateMatcher: Matcher = {
  entity: 'DATE_OF_BIRTH',
  trigger: 'digit',
  reach: 44,
  begins: (code) => isDigit(code) || beginsMonth(code),
  beginsLike: ({ isDigits, count }) => (isDigits ? count < 3 || count === 4 : count > 2 && count < 10),
  match: (attempt, start) => {
    const end = isDigit(codeAt(attempt, start)) ? fromDigits(attempt, start) : fromMonth(attempt, start);
    if (end < 0 || !(endsNumber(attempt, end) || isBeforeTime(attempt, end))) return undefined;
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
  if (size === 4 && isOf(years, sign)) return fromSigns(attempt, start, end);
  if (sign !== hyphen && sign !== slash && sign !== dot) return size > 2 ? -1 : fromDay(attempt, start, end);
  const behind = codeAt(attempt, end + 1);
  if (size < 3 && sign === dot && behind === blank)
    return isDigit(codeAt(attempt, end + 2)) ? fromSpacedDots(attempt, start, end) : fromDay(attempt, start, end);
  if (size < 3 && sign === hyphen && isLetter(behind)) return fromHyphens(attempt, start, end);
  const secondEnd = digitsEnd(attempt, end + 1, 2);
  if (secondEnd < 0 || codeAt(attempt, secondEnd) !== sign) return -1;
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

const years = '年년';
const months = '月월';
const days = '日일';

function isOf(signs: string, code: number): boolean {
  return code > 127 && signs.includes(String.fromCharCode(code));
}

/** `1980年5月17日`, `1980년 5월 17일`. */
function fromSigns(attempt: Attempt, start: number, yearEnd: number): number {
  const month = blanksEnd(attempt, yearEnd + 1);
  const monthEnds = digitsEnd(attempt, month, 2);
  if (monthEnds < 0 || !isOf(months, codeAt(attempt, monthEnds))) return -1;
  const day = blanksEnd(attempt, monthEnds + 1);
  const dayEnd = digitsEnd(attempt, day, 2);
  if (dayEnd < 0 || !isOf(days, codeAt(attempt, dayEnd))) return -1;
  const year = numberIn(attempt, start, yearEnd);
  return isBirth(year, numberIn(attempt, month, monthEnds), numberIn(attempt, day, dayEnd)) ? dayEnd + 1 : -1;
}

/** `5. 4. 1980`. */
function fromSpacedDots(attempt: Attempt, start: number, end: number): number {
  const month = end + 2;
  const monthEnds = digitsEnd(attempt, month, 2);
  if (monthEnds < 0 || codeAt(attempt, monthEnds) !== dot || codeAt(attempt, monthEnds + 1) !== blank) return -1;
  return birthEnd(attempt, monthEnds + 2, numberIn(attempt, month, monthEnds), numberIn(attempt, start, end));
}

/** `5 January 1980`, `5th of Jan. 1980`, `5. Januar 1980`, `1er janvier 1980`, `5 de enero de 1980`. */
function fromDay(attempt: Attempt, start: number, end: number): number {
  const at = ordinalEnd(attempt, end);
  if (codeAt(attempt, at) !== blank) return -1;
  const named = namedMonthAt(attempt, prepositionEnd(attempt, at + 1));
  if (named === undefined) return -1;
  const year = prepositionEnd(attempt, blanksEnd(attempt, named.end));
  return birthEnd(attempt, year, named.month, numberIn(attempt, start, end));
}

/** `5-Jan-1980`, `5-JAN-80`. */
function fromHyphens(attempt: Attempt, start: number, end: number): number {
  const named = namedMonthAt(attempt, end + 1);
  if (named === undefined || codeAt(attempt, named.end) !== hyphen) return -1;
  const yearEnd = digitsEnd(attempt, named.end + 1, 4);
  const size = yearEnd - named.end - 1;
  if (size !== 2 && size !== 4) return -1;
  const year = numberIn(attempt, named.end + 1, yearEnd);
  return isBirth(size === 2 ? 1900 + year : year, named.month, numberIn(attempt, start, end)) ? yearEnd : -1;
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

/** Behind `5th`, `1er` or `5.`. */
function ordinalEnd(attempt: Attempt, at: number): number {
  const code = codeAt(attempt, at);
  if (code === dot || code === ordinalSign) return at + 1;
  if (!isLetter(code)) return at;
  codeAt(attempt, at + 1);
  return /^(?:st|nd|rd|th|er)$/.test(attempt.text.slice(at, at + 2)) ? at + 2 : at;
}

/** Behind `of`, `de` or `di` and its blank. */
function prepositionEnd(attempt: Attempt, at: number): number {
  const first = codeAt(attempt, at);
  if (!isLetter(first) || codeAt(attempt, at + 2) !== blank) return at;
  return /^(?:of|de|di)$/.test(attempt.text.slice(at, at + 2)) ? at + 3 : at;
}

/** `1980-05-17T00:00:00Z`. */
function isBeforeTime(attempt: Attempt, end: number): boolean {
  return codeAt(attempt, end) === letterT && isDigit(codeAt(attempt, end + 1));
}

/** A comma or a blank, and a blank. */
function blanksEnd(attempt: Attempt, at: number): number {
  const next = codeAt(attempt, at) === 44 ? at + 1 : at;
  return codeAt(attempt, next) === blank ? next + 1 : next;
}
