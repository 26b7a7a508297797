import type { Attempt } from '../attempt.ts';
import { beginsNumber, endsNumber } from '../boundary.ts';
import type { Match, Matcher } from '../match.ts';
import { cardIssuer } from '../validators/card-issuer.ts';
import { isLuhn } from '../validators/luhn.ts';
import { cardDigits, cardEnd, cardGrouping, cardHead, isInList, longestCard, readCardGroups } from './card-groups.ts';

const fewestDigits = 12;

export const cardMatcher: Matcher = {
  entity: 'CREDIT_CARD',
  trigger: 'digit',
  reach: longestCard + 12,
  // 2 to 6, and the ranges of RuPay and Troy.
  begins: (code) => (code >= 50 && code <= 54) || code === 56 || code === 57,
  beginsLike: ({ count, next }) =>
    next !== 'other' &&
    (count >= fewestDigits || count === 4 || (next === 'separator' && (count <= 2 || count === 6 || count === 8))),
  match: (attempt, start) => {
    if (!beginsNumber(attempt, start)) return undefined;
    for (let count = readCardGroups(attempt, start); count > 0; count -= 1) {
      const found = judge(attempt, start, count);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

function judge(attempt: Attempt, start: number, count: number): Match | undefined {
  const total = cardDigits(count);
  if (total < fewestDigits) return undefined;
  const grouping = cardGrouping(count);
  if (grouping === 'none') return undefined;
  const issuer = cardIssuer(cardHead(), total);
  const end = cardEnd(count);
  if (issuer === undefined || !isLuhn(attempt.text, start, end) || !endsNumber(attempt, end)) return undefined;
  // Three groups of four are more often a part of four that are no card.
  const mayBePart = grouping === 'odd' || (count > 1 && total === fewestDigits);
  if (mayBePart && isInList(attempt, start, end)) return undefined;
  const needsContext = grouping === 'odd' || (issuer === 'rare' && count === 1);
  return { end, score: 1, validator: 'luhn', needsContext };
}
