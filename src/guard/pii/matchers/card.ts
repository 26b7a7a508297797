import { type Attempt, codeAt } from '../attempt.ts';
import { beginsNumber, endsNumber } from '../boundary.ts';
import { isDigit, separatorOf } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { cardIssuer } from '../validators/card-issuer.ts';
import { isLuhn } from '../validators/luhn.ts';

const fewestDigits = 12;
const mostDigits = 19;
const mostGroups = 5;

/** Sizes of the groups of issuers that do not group by four, a hexadecimal digit for each. */
const otherShapes = new Set([0x465, 0x464, 0x6d, 0x88]);

/** Of the groups that were read last: where each ends, how many digits there are up to there, and their sizes. */
const ends = new Int32Array(mostGroups);
const totals = new Int32Array(mostGroups);
const shapes = new Int32Array(mostGroups);

export const cardMatcher: Matcher = {
  entity: 'CREDIT_CARD',
  trigger: 'digit',
  reach: mostDigits + mostGroups + 2,
  // 2 to 6, and the ranges of RuPay and Troy.
  begins: (code) => (code >= 50 && code <= 54) || code === 56 || code === 57,
  beginsLike: ({ count, next }) =>
    next !== 'other' &&
    (count >= fewestDigits || (next === 'separator' && (count === 4 || count === 6 || count === 8))),
  match: (attempt, start) => {
    if (!beginsNumber(attempt, start)) return undefined;
    for (let count = readGroups(attempt, start); count > 0; count -= 1) {
      const found = judge(attempt, start, count);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

/** Groups of digits with the same sign between them, as far as a card can go; returns how many. */
function readGroups(attempt: Attempt, start: number): number {
  let separator = '';
  let total = 0;
  let shape = 0;
  let at = start;
  for (let count = 0; count < mostGroups; count += 1, at += 1) {
    const first = at;
    while (at - first <= mostDigits && isDigit(codeAt(attempt, at))) at += 1;
    const digits = at - first;
    total += digits;
    if (digits === 0 || total > mostDigits) return count;
    shape = (shape << 4) | (digits & 15);
    ends[count] = at;
    totals[count] = total;
    shapes[count] = shape;
    // What has fewer digits can be the last group alone.
    if (digits < 4) return count + 1;
    const found = separatorOf(codeAt(attempt, at));
    if (found === '' || (separator !== '' && found !== separator)) return count + 1;
    separator = found;
  }
  return mostGroups;
}

function judge(attempt: Attempt, start: number, count: number): Match | undefined {
  const total = totals[count - 1] ?? 0;
  const end = ends[count - 1] ?? start;
  if (total < fewestDigits || !isUsual(count, shapes[count - 1] ?? 0)) return undefined;
  const { text } = attempt;
  const firstFour =
    (text.charCodeAt(start) - 48) * 1000 +
    (text.charCodeAt(start + 1) - 48) * 100 +
    (text.charCodeAt(start + 2) - 48) * 10 +
    (text.charCodeAt(start + 3) - 48);
  const issuer = cardIssuer(firstFour, total);
  if (issuer === undefined || !isLuhn(text, start, end) || !endsNumber(attempt, end)) return undefined;
  return { end, score: 1, validator: 'luhn', needsContext: issuer === 'rare' && count === 1 };
}

function isUsual(count: number, shape: number): boolean {
  if (count === 1) return true;
  if (otherShapes.has(shape)) return true;
  if (count < 3) return false;
  // Fours, and up to four digits at the end.
  return shape >> 4 === (0x4444 & ((1 << ((count - 1) * 4)) - 1)) && (shape & 15) <= 4;
}
