import { type Attempt, codeAt } from '../attempt.ts';
import { beginsNumber, endsNumber } from '../boundary.ts';
import { isDigit, separatorOf } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { cardIssuer } from '../validators/card-issuer.ts';
import { isLuhn } from '../validators/luhn.ts';

const fewestDigits = 12;
const mostDigits = 19;
const mostGroups = 5;

/** How cards are printed and typed: groups of four, and those of the issuers that group otherwise. */
const otherGroups = new Set(['4,6,5', '4,6,4', '6,13', '8,8']);

interface Group {
  readonly end: number;
  readonly digits: number;
}

export const cardMatcher: Matcher = {
  entity: 'CREDIT_CARD',
  trigger: 'digit',
  reach: mostDigits + mostGroups + 2,
  begins: (code) => code >= 50 && code <= 54,
  match: (attempt, start) => {
    if (!beginsNumber(attempt, start)) return undefined;
    const groups = groupsFrom(attempt, start);
    for (let count = groups.length; count > 0; count -= 1) {
      const found = judge(attempt, start, groups.slice(0, count));
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** Groups of digits with the same sign between them, as far as a card can go. */
function groupsFrom(attempt: Attempt, start: number): readonly Group[] {
  const groups: Group[] = [];
  let separator = '';
  let total = 0;
  for (let at = start; groups.length < mostGroups; at += 1) {
    const first = at;
    while (at - first <= mostDigits && isDigit(codeAt(attempt, at))) at += 1;
    const digits = at - first;
    total += digits;
    if (digits === 0 || total > mostDigits) break;
    groups.push({ end: at, digits });
    // What begins with fewer digits is no card, and what is behind is none of our business.
    if (digits < 4) break;
    const found = separatorOf(codeAt(attempt, at));
    if (found === '' || (separator !== '' && found !== separator)) break;
    separator = found;
  }
  return groups;
}

function judge(attempt: Attempt, start: number, groups: readonly Group[]): Match | undefined {
  const total = groups.reduce((sum, group) => sum + group.digits, 0);
  const end = groups.at(-1)?.end ?? start;
  if (total < fewestDigits || !isUsual(groups) || !endsNumber(attempt, end)) return undefined;
  const digits = attempt.text.slice(start, end).replace(/[^0-9]/g, '');
  const issuer = cardIssuer(digits);
  if (issuer === undefined || !isLuhn(digits)) return undefined;
  return { end, score: 1, validator: 'luhn', needsContext: issuer === 'rare' && groups.length === 1 };
}

function isUsual(groups: readonly Group[]): boolean {
  if (groups.length === 1) return true;
  const isByFour = groups.every(({ digits }, index) => (index < groups.length - 1 ? digits === 4 : digits <= 4));
  return (isByFour && groups.length > 2) || otherGroups.has(groups.map((group) => group.digits).join(','));
}
