import { type Attempt, codeAt } from '../attempt.ts';
import { beginsNumber, beginsWord, endsNumber } from '../boundary.ts';
import { isDigit, isLetter, isLetterOrDigit } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { isDate } from '../validators/calendar.ts';

const monthNames = 'january february march april may june july august september october november december'.split(' ');
/** Of a month's name with its dot, and the blanks behind it. */
export const longestMonth = 12;
const earliestYear = 1890;
const latestYear = 2040;

/** A day, written as people write it, behind words such as `born` and `date of birth`. */
export const birthDateMatcher: Matcher = {
  entity: 'DATE_OF_BIRTH',
  trigger: 'digit',
  reach: 36,
  begins: (code) => isDigit(code) || isLetter(code),
  beginsLike: ({ isDigits, count }) => (isDigits ? count < 3 || count === 4 : count > 2 && count < 10),
  match: (attempt, start) => {
    const end = isDigit(codeAt(attempt, start)) ? fromDigits(attempt, start) : fromMonth(attempt, start);
    if (end < 0 || !endsNumber(attempt, end)) return undefined;
    return { end, score: 0.4, validator: undefined, needsContext: true };
  },
};

interface Part {
  readonly value: number;
  readonly end: number;
}

function numberAt(attempt: Attempt, start: number, most: number): Part | undefined {
  let at = start;
  while (at - start <= most && isDigit(codeAt(attempt, at))) at += 1;
  if (at === start || at - start > most) return undefined;
  return { value: Number(attempt.text.slice(start, at)), end: at };
}

function fromDigits(attempt: Attempt, start: number): number {
  if (!beginsNumber(attempt, start)) return -1;
  const first = numberAt(attempt, start, 4);
  if (first === undefined) return -1;
  const size = first.end - start;
  const sign = attempt.text[first.end];
  codeAt(attempt, first.end);
  if (sign !== '-' && sign !== '/' && sign !== '.') return size > 2 ? -1 : fromDay(attempt, first);
  const second = numberAt(attempt, first.end + 1, 2);
  if (second === undefined || codeAt(attempt, second.end) !== sign.charCodeAt(0)) return -1;
  // `5. 4. 1980` is written as well.
  const third = numberAt(attempt, second.end + 1, size === 4 ? 2 : 4);
  if (third === undefined) return -1;
  const thirdSize = third.end - second.end - 1;
  if (size === 4) return isBirth(first.value, second.value, third.value) ? third.end : -1;
  if (size > 2 || thirdSize === 3 || thirdSize === 1) return -1;
  const year = thirdSize === 2 ? 1900 + third.value : third.value;
  const isDay = isBirth(year, second.value, first.value) || isBirth(year, first.value, second.value);
  return isDay ? third.end : -1;
}

/** `5 January 1980`, `5th of Jan. 1980`. */
function fromDay(attempt: Attempt, day: Part): number {
  let at = ordinalEnd(attempt, day.end);
  if (codeAt(attempt, at) !== 32) return -1;
  at += 1;
  if (codeAt(attempt, at) === 111 && codeAt(attempt, at + 1) === 102 && codeAt(attempt, at + 2) === 32) at += 3;
  const month = monthAt(attempt, at);
  if (month === undefined) return -1;
  const year = numberAt(attempt, blanksEnd(attempt, month.end), 4);
  return year !== undefined && isBirth(year.value, month.value, day.value) ? year.end : -1;
}

/** `January 5, 1980`. */
function fromMonth(attempt: Attempt, start: number): number {
  if (!beginsWord(attempt, start)) return -1;
  const month = monthAt(attempt, start);
  if (month === undefined) return -1;
  const day = numberAt(attempt, blanksEnd(attempt, month.end), 2);
  if (day === undefined) return -1;
  const year = numberAt(attempt, blanksEnd(attempt, ordinalEnd(attempt, day.end)), 4);
  return year !== undefined && isBirth(year.value, month.value, day.value) ? year.end : -1;
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

/** Month by its English name, or by the first three or four letters of it with or without a dot. */
function monthAt(attempt: Attempt, start: number): Part | undefined {
  let at = start;
  while (at - start < longestMonth && isLetter(codeAt(attempt, at))) at += 1;
  if (at - start < 3 || isLetterOrDigit(codeAt(attempt, at))) return undefined;
  const name = attempt.text.slice(start, at).toLowerCase();
  const place = monthNames.findIndex((month) => month === name || (name.length <= 4 && month.startsWith(name)));
  if (place < 0) return undefined;
  return { value: place + 1, end: codeAt(attempt, at) === 46 ? at + 1 : at };
}
