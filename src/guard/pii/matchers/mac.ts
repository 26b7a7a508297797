import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { beginsWord } from '../boundary.ts';
import { isHex, isLetterOrDigit } from '../characters.ts';
import type { Matcher } from '../match.ts';

const colon = 58;
const hyphen = 45;
const dot = 46;
const longestMac = 17;

/** `00:1a:2b:3c:4d:5e`, `00-1A-2B-3C-4D-5E`, `001a.2b3c.4d5e`. */
export const macMatcher: Matcher = {
  entity: 'MAC_ADDRESS',
  trigger: 'hex-groups',
  reach: longestMac + 2,
  begins: isHex,
  beginsLikeHex: ({ count, sign }) => (sign === '.' ? count === 4 : count === 2),
  match: (attempt, start) => {
    if (!beginsWord(attempt, start)) return undefined;
    if (!isHex(codeAt(attempt, start + 1))) return undefined;
    const isByTwo = !isHex(codeAt(attempt, start + 2));
    const end = isByTwo ? groupsEnd(attempt, start, 2, 6) : groupsEnd(attempt, start, 4, 3);
    if (end === undefined) return undefined;
    const digits = attempt.text.slice(start, end).replace(/[^0-9a-f]/gi, '');
    if (/^(?:0+|f+)$/i.test(digits)) return undefined;
    return { end, score: 0.6, validator: undefined, needsContext: false };
  },
};

function groupsEnd(attempt: Attempt, start: number, size: number, count: number): number | undefined {
  let at = start;
  let separator = -1;
  for (let group = 0; group < count; group += 1) {
    if (group > 0) {
      const code = codeAt(attempt, at);
      const isSeparator = size === 4 ? code === dot : code === colon || code === hyphen;
      if (!isSeparator || (separator >= 0 && code !== separator)) return undefined;
      separator = code;
      at += 1;
    }
    for (let index = 0; index < size; index += 1, at += 1) if (!isHex(codeAt(attempt, at))) return undefined;
  }
  const isPartOfLonger = codeBefore(attempt, start) === separator && isHex(codeBefore(attempt, start - 1));
  const next = codeAt(attempt, at);
  if (isPartOfLonger || isLetterOrDigit(next) || next === 95) return undefined;
  return next === separator && isHex(codeAt(attempt, at + 1)) ? undefined : at;
}
