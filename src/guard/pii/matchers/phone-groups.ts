import { type Attempt, codeAt } from '../attempt.ts';
import { isDigit, separatorOf } from '../characters.ts';

export const mostDigits = 15;
const mostGroups = 7;
const mostBetween = 3;

/** With signs between them and the first digit that is too much. */
export const longestGroups = mostDigits + 1 + mostGroups * mostBetween;

const open = 40;
const close = 41;
const slash = 47;

/** The groups that were read last. One for all: there are hundreds of candidates in a text, and few numbers. */
const starts = new Int32Array(mostGroups);
const ends = new Int32Array(mostGroups);
const totals = new Int32Array(mostGroups);
const isInBrackets = new Uint8Array(mostGroups);
const separators: string[] = Array.from({ length: mostGroups }, () => '');
/** Sizes of the groups up to each, a hexadecimal digit for each. */
const shapes = new Int32Array(mostGroups);

/** Sizes of groups as `shapeOf` says them: whether a number may begin with such groups. */
export type Beginnings = ReadonlySet<number>;

/**
 * Reads groups of digits with up to three signs between them, brackets around one of them; returns how many. What one
 * group more would make too long ends where it stands, and what it would make unlike all `beginnings`.
 */
export function readGroups(
  attempt: Attempt,
  start: number,
  isOpen: boolean,
  most: number,
  beginnings?: Beginnings,
): number {
  let isBracketed = isOpen;
  let complete = 0;
  let total = 0;
  let at = start;
  let separator = '';
  for (let count = 0; count < mostGroups; count += 1) {
    const first = at;
    while (at - first <= most && isDigit(codeAt(attempt, at))) at += 1;
    total += at - first;
    if (at === first || total > most) break;
    const shape = ((shapes[count - 1] ?? 0) << 4) | (at - first);
    if (beginnings !== undefined && !beginnings.has(shape)) break;
    starts[count] = first;
    ends[count] = at;
    totals[count] = total;
    isInBrackets[count] = isBracketed ? 1 : 0;
    separators[count] = separator;
    shapes[count] = shape;
    if (isBracketed) {
      if (codeAt(attempt, at) !== close) break;
      isBracketed = false;
      at += 1;
    }
    complete = count + 1;
    separator = '';
    for (let between = 0; between < mostBetween; between += 1, at += 1) {
      const code = codeAt(attempt, at);
      const found = code === slash ? '/' : separatorOf(code);
      if (code === open && !isBracketed) isBracketed = true;
      else if (found === '') break;
      else if (separator === '' || separator === ' ') separator = found;
    }
  }
  return complete;
}

/** Behind the first `count` groups, brackets not counted. */
export function groupEnd(count: number): number {
  return (ends[count - 1] ?? 0) + (count === 1 ? (isInBrackets[0] ?? 0) : 0);
}

/** Digits of the first `count` groups. */
export function totalDigits(count: number): number {
  return totals[count - 1] ?? 0;
}

export function shapeOf(count: number): number {
  return shapes[count - 1] ?? 0;
}

export function groupSize(index: number): number {
  return (ends[index] ?? 0) - (starts[index] ?? 0);
}

export function groupStart(index: number): number {
  return starts[index] ?? 0;
}

/** The first sign before a group that is not a blank, or a blank. */
export function separatorBefore(index: number): string {
  return separators[index] ?? '';
}

export function isGroupBracketed(index: number): boolean {
  return isInBrackets[index] === 1;
}

export function joinedDigits(text: string, count: number): string {
  let digits = '';
  for (let index = 0; index < count; index += 1) digits += text.slice(starts[index], ends[index]);
  return digits;
}

/** `+44 (0)20 …`: the trunk prefix is not dialled from abroad. */
export function internationalDigits(text: string, count: number): string {
  let digits = '';
  for (let index = 0; index < count; index += 1) {
    const isTrunk = isGroupBracketed(index) && groupSize(index) === 1 && text[groupStart(index)] === '0';
    if (!isTrunk) digits += text.slice(starts[index], ends[index]);
  }
  return digits;
}
