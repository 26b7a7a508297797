import { type Attempt, codeAt, codeBefore } from './attempt.ts';
import { isDigit, isLetter, isWord, separatorOf } from './characters.ts';

const at = 64;
const backslash = 92;
const plus = 43;
const slash = 47;
const longestPrefix = 24;

/** Characters before a start that `beginsWord` and `beginsNumber` look at. */
export const boundaryReach = longestPrefix + 2;

/** No word goes on here. Behind an escape such as `\n` a new one begins, although its letter touches it. */
export function beginsWord(attempt: Attempt, start: number): boolean {
  const previous = codeBefore(attempt, start);
  if (!isWord(previous)) return true;
  const isLetterOfEscape = previous === 110 || previous === 114 || previous === 116;
  return isLetterOfEscape && codeBefore(attempt, start - 1) === backslash;
}

/** Neither a word nor a longer number goes on here: no decimal places, no later group of a UUID or of a dotted number. */
export function beginsNumber(attempt: Attempt, start: number): boolean {
  if (attempt.boundaryAt !== start) {
    attempt.isBoundary = isNumberStart(attempt, start);
    attempt.boundaryAt = start;
  }
  return attempt.isBoundary;
}

function isNumberStart(attempt: Attempt, start: number): boolean {
  if (!beginsWord(attempt, start)) return false;
  const previous = codeBefore(attempt, start);
  if (previous === at || previous === plus) return false;
  const separator = separatorOf(previous);
  if (separator !== '-' && separator !== '.' && previous !== slash) return true;
  const before = codeBefore(attempt, start - 1);
  if (isDigit(before)) return false;
  return separator !== '-' || !isLetter(before) || followsPlainWord(attempt, start - 1);
}

/** `order-4111…`, but not `…-b4fa-4111…`. */
function followsPlainWord(attempt: Attempt, end: number): boolean {
  let first = end;
  while (end - first < longestPrefix && isLetter(codeBefore(attempt, first))) first -= 1;
  const previous = codeBefore(attempt, first);
  return !isWord(previous) && separatorOf(previous) !== '-';
}

/** Neither a word nor a longer number goes on behind `end`. */
export function endsNumber(attempt: Attempt, end: number): boolean {
  const next = codeAt(attempt, end);
  if (isWord(next) || next === at) return false;
  const separator = separatorOf(next);
  if (separator !== '-' && separator !== '.' && next !== slash) return true;
  return !isDigit(codeAt(attempt, end + 1));
}

/** A group of digits stands right before it, apart by a blank alone: the number may be a part of something longer. */
export function isCrowdedBefore(attempt: Attempt, start: number): boolean {
  return separatorOf(codeBefore(attempt, start)) === ' ' && isDigit(codeBefore(attempt, start - 1));
}

/** The same for a group right behind it. */
export function isCrowdedBehind(attempt: Attempt, end: number): boolean {
  return separatorOf(codeAt(attempt, end)) === ' ' && isDigit(codeAt(attempt, end + 1));
}
