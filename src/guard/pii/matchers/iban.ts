import { type Attempt, codeAt } from '../attempt.ts';
import { beginsWord } from '../boundary.ts';
import { isDigit, isLetter, isLetterOrDigit, isLower, isWord, separatorOf } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { ibanLength, isIban } from '../validators/iban.ts';

const longest = 34;
const groupLength = 4;
const mostBlanks = 3;

export const ibanMatcher: Matcher = {
  entity: 'IBAN_CODE',
  trigger: 'digit',
  reach: longest + mostBlanks * Math.ceil(longest / groupLength) + 1,
  begins: isLetter,
  beginsLike: ({ count, next }) => count === 2 && next === 'other',
  match: (attempt, start) => {
    const { text } = attempt;
    if (!beginsWord(attempt, start)) return undefined;
    if (!isLetter(codeAt(attempt, start + 1)) || !isDigit(codeAt(attempt, start + 2))) return undefined;
    if (!isDigit(codeAt(attempt, start + 3))) return undefined;
    // The country says how long it is, so that words behind it cannot spoil it.
    const length = ibanLength(text.slice(start, start + 2).toUpperCase());
    if (length === undefined) return undefined;
    let value = text.slice(start, start + groupLength);
    let at = start + groupLength;
    let hasLower = isLower(text.charCodeAt(start)) || isLower(text.charCodeAt(start + 1));
    while (value.length < length) {
      if (value.length % groupLength === 0) at = behindSeparator(attempt, at);
      const code = codeAt(attempt, at);
      if (!isLetterOrDigit(code)) return undefined;
      hasLower ||= isLower(code);
      value += text.charAt(at);
      at += 1;
    }
    if (isWord(codeAt(attempt, at)) || !isIban(value.toUpperCase())) return undefined;
    return { end: at, score: 1, validator: 'mod-97', needsContext: hasLower };
  },
};

/** Blanks, also those of columns and of a line that wraps, or one hyphen or dot. */
function behindSeparator(attempt: Attempt, start: number): number {
  const first = codeAt(attempt, start);
  if (!isBlank(first)) return separatorOf(first) === '' ? start : start + 1;
  let at = start + 1;
  while (at - start < mostBlanks && isBlank(codeAt(attempt, at))) at += 1;
  return at;
}

function isBlank(code: number): boolean {
  return separatorOf(code) === ' ' || code === 10 || code === 13 || code === 9;
}
