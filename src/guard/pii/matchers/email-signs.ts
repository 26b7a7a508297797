import { type Attempt, codeAt } from '../attempt.ts';
import { isForeignLetter, isLetter } from '../characters.ts';

const blank = 32;
const closing: ReadonlyMap<number, number> = new Map([
  [40, 41],
  [91, 93],
]);
const signs = new Set(['@', 'at', 'ät', 'arroba', 'chiocciola', 'klammeraffe']);
const dots = new Set(['.', 'dot', 'punkt', 'point', 'punto', 'ponto']);
const longestWord = 11;

/** Blank, bracket, blank, word, blank, bracket, blank. */
export const longestSign = longestWord + 6;

/** What begins a sign that is spelled out, for the search: a bracket with the word behind it. `<` and `{` would double the cost. */
export const spelledSign = '[(\\[](?= ?(?:[aAäÄ][tT][ )\\]]|@[ )\\]]|[aA]rroba|[cC]hiocciola|[kK]lammeraffe))';

/** Behind `[at]`, ` (at) `, `(@)` and the like, in place of an at sign; -1: nothing of the kind. */
export function behindSign(attempt: Attempt, at: number): number {
  return behindBracketed(attempt, at, signs);
}

/** Behind `(dot)`, ` [dot] `, `[.]`; where `isSpoken`, also behind ` dot `. */
export function behindDot(attempt: Attempt, at: number, isSpoken: boolean): number {
  const bracketed = behindBracketed(attempt, at, dots);
  if (bracketed >= 0 || !isSpoken || codeAt(attempt, at) !== blank) return bracketed;
  const end = wordEnd(attempt, at + 1);
  const isDot = end > at + 1 && dots.has(attempt.text.slice(at + 1, end).toLowerCase());
  return isDot && codeAt(attempt, end) === blank ? end + 1 : -1;
}

function behindBracketed(attempt: Attempt, start: number, words: ReadonlySet<string>): number {
  const open = skipBlank(attempt, start);
  const close = closing.get(codeAt(attempt, open));
  if (close === undefined) return -1;
  const word = skipBlank(attempt, open + 1);
  const end = wordEnd(attempt, word);
  if (!words.has(attempt.text.slice(word, end).toLowerCase())) return -1;
  const last = skipBlank(attempt, end);
  return codeAt(attempt, last) === close ? skipBlank(attempt, last + 1) : -1;
}

function skipBlank(attempt: Attempt, at: number): number {
  return codeAt(attempt, at) === blank ? at + 1 : at;
}

/** Behind a word or a single sign. */
function wordEnd(attempt: Attempt, start: number): number {
  const first = codeAt(attempt, start);
  if (first === 64 || first === 46) return start + 1;
  let at = start;
  while (at - start < longestWord && isWordLetter(codeAt(attempt, at))) at += 1;
  return at;
}

function isWordLetter(code: number): boolean {
  return isLetter(code) || isForeignLetter(code);
}
