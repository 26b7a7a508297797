import { isNationalNumber, type Region } from '../numbering-plan.ts';

/** Digits of a number that stand together. */
export interface Group {
  readonly digits: string;
  /** Excluded. */
  readonly end: number;
  /** The first sign before it that is not a blank, or a blank; empty: none. */
  readonly separator: string;
  readonly isBracketed: boolean;
}

export interface NationalForm {
  readonly score: number;
  readonly needsContext: boolean;
}

/** How a country writes its numbers, and how likely something else is written that way. */
interface Style {
  /** Sizes of the groups. */
  readonly shapes: ReadonlySet<string>;
  readonly regions: readonly Region[];
  readonly score: number;
  /** With brackets, or with hyphens or dots throughout. */
  readonly markedScore: number;
}

/** Below what counts by default: such numbers are found with one of the words that raise the score. */
const likelyOther = 0.4;
const likely = 0.5;
const veryLikely = 0.6;

function style(shapes: string, regions: readonly Region[], score: number, markedScore: number): Style {
  return { shapes: new Set(shapes.split(' ')), regions, score, markedScore };
}

const styles: readonly Style[] = [
  style('3,3,4', ['US', 'CA'], likelyOther, veryLikely),
  style('2,5,4 2,4,4', ['BR'], likelyOther, veryLikely),
  style('3,3,3 3,2,2,2', ['ES', 'PL'], likelyOther, likelyOther),
  style('4,4', ['SG'], likelyOther, likelyOther),
  style('5,5', ['IN'], likelyOther, likelyOther),
];
const bareRegions: readonly Region[] = ['US', 'CA', 'BR', 'ES', 'PL', 'SG', 'IN'];
const trunkRegions: readonly Region[] = [
  'GB',
  'DE',
  'FR',
  'AU',
  'NL',
  'CH',
  'AT',
  'BE',
  'IE',
  'SE',
  'IN',
  'KR',
  'JP',
  'BR',
];

/** Judges the first `count` groups as a number dialled within a country. */
export function nationalForm(groups: readonly Group[], count: number, isBracketed: boolean): NationalForm | undefined {
  let digits = '';
  let shape = '';
  let isMarked = isBracketed || count > 1;
  for (let index = 0; index < count; index += 1) {
    const group = groups[index];
    if (group === undefined || (index > 0 && group.isBracketed)) return undefined;
    digits += group.digits;
    shape += index === 0 ? group.digits.length : `,${group.digits.length}`;
    const isSign = group.separator === '-' || group.separator === '.';
    if (index > 0 && !isBracketed && !(isSign && group.separator === groups[1]?.separator)) isMarked = false;
  }
  if (digits.length < 7 || digits.length > 12 || isDate(groups, count)) return undefined;
  if (digits.startsWith('0')) return trunkForm(groups, count, digits, isBracketed);
  if (digits.length === 11 && digits.startsWith('1')) {
    digits = digits.slice(1);
    shape = shape.replace(/^1,/, '').replace(/^11$/, '10');
  }
  if (count === 1)
    return isNationalNumber(digits, bareRegions) ? { score: likelyOther, needsContext: true } : undefined;
  const found = styles.find(({ shapes, regions }) => shapes.has(shape) && isNationalNumber(digits, regions));
  if (found === undefined) return undefined;
  return { score: isMarked ? found.markedScore : found.score, needsContext: false };
}

/** `020 7946 0958`, `(030) 123456`, `01 23 45 67 89`: a zero, then the area. */
function trunkForm(
  groups: readonly Group[],
  count: number,
  digits: string,
  isBracketed: boolean,
): NationalForm | undefined {
  const first = groups[0]?.digits.length ?? 0;
  if (digits.length < 9 || digits[1] === '0') return undefined;
  if (count > 1 && (first < 2 || first > 5)) return undefined;
  const isDotted = groups.slice(1, count).some(({ separator }) => separator === '.');
  if (isDotted && !(count === 5 && groups.slice(0, 5).every((group) => group.digits.length === 2))) return undefined;
  if (!isNationalNumber(digits.slice(1), trunkRegions) && !isNationalNumber(digits, ['IT'])) return undefined;
  return { score: count > 2 || isBracketed ? likely : likelyOther, needsContext: count === 1 };
}

/** A day and a year among the groups: what follows it is a time, or another day. */
function isDate(groups: readonly Group[], count: number): boolean {
  for (let index = 0; index < count; index += 1) {
    const year = groups[index]?.digits ?? '';
    if (year.length !== 4 || !/^(?:19|20)/.test(year)) continue;
    const isAfterDay = isShort(groups[index - 1]) && isShort(groups[index - 2]);
    const next = index + 2 < count ? isShort(groups[index + 1]) && isShort(groups[index + 2]) : false;
    if (isAfterDay || (index === 0 && next)) return true;
  }
  return false;
}

function isShort(group: Group | undefined): boolean {
  return group !== undefined && group.digits.length <= 2;
}
