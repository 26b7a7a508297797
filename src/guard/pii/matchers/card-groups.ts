import { type Attempt, codeAt } from '../attempt.ts';
import { isDigit, separatorOf } from '../characters.ts';

const mostDigits = 19;
const slash = 47;
/** `**4111** **1111**`. */
const longestBetween = 5;

/** With what stands between the digits of a card when each of them stands alone. */
export const longestCard = mostDigits + (mostDigits - 1) * longestBetween;

/** Sizes of the groups of issuers that do not group by four, a hexadecimal digit for each. */
const otherShapes = new Set([0x465, 0x464, 0x6d, 0x88]);

/** Of the groups that were read last: where each ends, how many digits there are up to there, and their sizes. */
const ends = new Int32Array(mostDigits);
const totals = new Int32Array(mostDigits);
const shapes = new Int32Array(mostDigits);
/** Whether all up to there are apart by one sign, as on cards. */
const areUsual = new Uint8Array(mostDigits);
/** All but the last group have so many digits; 0: they differ. */
const sizes = new Uint8Array(mostDigits);
let head = 0;

/** Reads groups of digits with the same between them, as far as a card can go; returns how many. */
export function readCardGroups(attempt: Attempt, start: number): number {
  let signs = '';
  let isUsual = true;
  let total = 0;
  let shape = 0;
  let size = 0;
  let at = start;
  head = 0;
  for (let count = 0; count < mostDigits; count += 1) {
    const first = at;
    for (let code = codeAt(attempt, at); at - first <= mostDigits && isDigit(code); code = codeAt(attempt, at)) {
      if (total + at - first < 4) head = head * 10 + code - 48;
      at += 1;
    }
    const digits = at - first;
    total += digits;
    if (digits === 0 || total > mostDigits) return count;
    shape = (shape << 4) | (digits & 15);
    ends[count] = at;
    totals[count] = total;
    shapes[count] = shape;
    areUsual[count] = isUsual ? 1 : 0;
    if (count === 0) size = digits;
    sizes[count] = digits <= size ? size : 0;
    // What has fewer digits can be the last group alone.
    if (digits < 4 && (digits > 2 || digits !== size)) return count + 1;
    const found = readBetween(attempt, at);
    if (found === '' || (signs !== '' && found !== signs)) return count + 1;
    signs = found;
    isUsual &&= betweenEnd === at + 1 && separatorOf(codeAt(attempt, at)) !== '';
    at = betweenEnd;
  }
  return mostDigits;
}

/** Behind the first `count` groups. */
export function cardEnd(count: number): number {
  return ends[count - 1] ?? 0;
}

export function cardDigits(count: number): number {
  return totals[count - 1] ?? 0;
}

/** The first four digits as a number. */
export function cardHead(): number {
  return head;
}

/** `odd`: apart by what other numbers are apart by as well, or digit by digit; `none`: no card is grouped like this. */
export function cardGrouping(count: number): 'usual' | 'odd' | 'none' {
  if (count === 1) return 'usual';
  const shape = shapes[count - 1] ?? 0;
  if (otherShapes.has(shape) || isByFour(count, shape)) return areUsual[count - 1] === 1 ? 'usual' : 'odd';
  const size = sizes[count - 1] ?? 0;
  return size === 1 || size === 2 ? 'odd' : 'none';
}

/** Fours, and up to four digits at the end. */
function isByFour(count: number, shape: number): boolean {
  return count >= 3 && count <= 5 && shape >> 4 === (0x4444 & ((1 << ((count - 1) * 4)) - 1)) && (shape & 15) <= 4;
}

/** More digits stand as near before or behind as they stand to each other: numbers in a row or in columns. */
export function isInList(attempt: Attempt, start: number, end: number): boolean {
  const { text } = attempt;
  let before = start;
  while (start - before < longestBetween && signAt(text.charCodeAt(before - 1)) !== '') before -= 1;
  if (before < start && isDigit(text.charCodeAt(before - 1))) return true;
  return readBetween(attempt, end) !== '' && isDigit(codeAt(attempt, betweenEnd)) && !isExpiry(attempt, betweenEnd);
}

/** `12/27`, which stands behind cards in rows as well. */
function isExpiry(attempt: Attempt, start: number): boolean {
  const first = attempt.text.charCodeAt(start);
  if ((first !== 48 && first !== 49) || !isDigit(codeAt(attempt, start + 1))) return false;
  if (codeAt(attempt, start + 2) !== slash || !isDigit(codeAt(attempt, start + 3))) return false;
  return isDigit(codeAt(attempt, start + 4));
}

let betweenEnd = 0;

/** The signs between two groups, a blank if there are none but blanks; empty: nothing of the kind. */
function readBetween(attempt: Attempt, start: number): string {
  let signs = '';
  let at = start;
  for (; at - start < longestBetween; at += 1) {
    const sign = signAt(codeAt(attempt, at));
    // A dot with a blank behind it ends a sentence, and the number is not held back for what comes then.
    if (sign === '' || signs === '.' || (sign === '.' && at > start)) break;
    if (sign !== ' ') signs += sign;
  }
  betweenEnd = at;
  return signs === '' && at > start ? ' ' : signs;
}

function signAt(code: number): string {
  const separator = separatorOf(code);
  if (separator !== '') return separator;
  if (code === 10 || code === 13 || code === 9 || code === 0x2028) return ' ';
  return code === 0xb7 || (code > 0 && code < 128 && '_/|*`'.includes(String.fromCharCode(code)))
    ? String.fromCharCode(code)
    : '';
}
