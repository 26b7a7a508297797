import { type Attempt, codeAt } from '../attempt.ts';
import { isLetter, isLetterOrDigit } from '../characters.ts';

const names = 'january february march april may june july august september october november december'.split(' ');
const lettersThatTell = 3;
const longestShort = 4;
const dot = 46;

/** By their first three letters, which no two have in common. */
const byBeginning = new Map(names.map((name, index) => [keyOf(codesOf(name)), index + 1]));
const firstLetters = new Set(names.map((name) => name.charCodeAt(0)));

function codesOf(name: string): readonly number[] {
  return Array.from({ length: lettersThatTell }, (_, index) => name.charCodeAt(index));
}

function keyOf([first = 0, second = 0, third = 0]: readonly number[]): number {
  return (first << 14) | (second << 7) | third;
}

export function beginsMonth(code: number): boolean {
  return firstLetters.has(code | 32);
}

/** 1 to 12, by its English name or the first three or four letters of it; 0: none. */
export function monthAt(attempt: Attempt, start: number): number {
  let key = 0;
  for (let at = start; at < start + lettersThatTell; at += 1) {
    const code = codeAt(attempt, at);
    if (!isLetter(code)) return 0;
    key = (key << 7) | code | 32;
  }
  const month = byBeginning.get(key) ?? 0;
  return month > 0 && isName(attempt, start, names[month - 1] ?? '') ? month : 0;
}

function isName(attempt: Attempt, start: number, name: string): boolean {
  let at = start + lettersThatTell;
  while (at - start < name.length && (codeAt(attempt, at) | 32) === name.charCodeAt(at - start)) at += 1;
  const isEnough = at - start <= longestShort || at - start === name.length;
  return isEnough && !isLetterOrDigit(codeAt(attempt, at));
}

/** Behind a month's name and its dot. */
export function monthEnd(attempt: Attempt, start: number): number {
  let at = start;
  while (isLetter(codeAt(attempt, at))) at += 1;
  return codeAt(attempt, at) === dot ? at + 1 : at;
}
