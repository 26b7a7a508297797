import { isNationalNumber, type RegionSet, regionSet } from '../numbering-plan.ts';
import {
  groupSize,
  groupStart,
  isGroupBracketed,
  joinedDigits,
  separatorBefore,
  shapeOf,
  totalDigits,
} from './phone-groups.ts';

export interface NationalForm {
  readonly score: number;
  readonly needsContext: boolean;
}

/** How a country writes its numbers, and how likely something else is written that way. */
interface Style {
  /** Sizes of the groups, a hexadecimal digit for each. */
  readonly shapes: readonly number[];
  readonly regions: RegionSet;
  readonly score: number;
  /** With brackets, or with hyphens or dots throughout. */
  readonly markedScore: number;
}

const zero = 48;
const one = 49;
const fewestWithTrunk = 9;

/** Below what counts by default: such numbers are found with one of the words that raise the score. */
const likelyOther = 0.4;
const likely = 0.5;
const veryLikely = 0.6;

const northAmerica = regionSet(['US', 'CA']);
const styles: readonly Style[] = [
  { shapes: [0x334], regions: northAmerica, score: likelyOther, markedScore: veryLikely },
  { shapes: [0x254, 0x244], regions: regionSet(['BR']), score: likelyOther, markedScore: veryLikely },
  { shapes: [0x333, 0x3222], regions: regionSet(['ES', 'PL']), score: likelyOther, markedScore: likelyOther },
  { shapes: [0x344], regions: regionSet(['CN']), score: likelyOther, markedScore: likelyOther },
  { shapes: [0x44], regions: regionSet(['SG']), score: likelyOther, markedScore: likelyOther },
  { shapes: [0x55], regions: regionSet(['IN']), score: likelyOther, markedScore: likelyOther },
];
const northAmericanTrunk = 0x1000;
const byShape = new Map(styles.flatMap((style) => style.shapes.map((shape) => [shape, style] as const)));

/** How numbers without the zero of a trunk begin. */
export const beginnings: ReadonlySet<number> = new Set([
  ...[...byShape.keys(), northAmericanTrunk | 0x334].flatMap((shape) => [shape, shape >> 4, shape >> 8, shape >> 12]),
  // Nothing but digits.
  7,
  8,
  9,
  10,
  11,
  12,
]);

const bareRegions = regionSet(['US', 'CA', 'BR', 'ES', 'PL', 'SG', 'IN', 'CN']);
const trunkRegions = regionSet(['GB', 'DE', 'FR', 'AU', 'NL', 'CH', 'AT', 'BE', 'IE', 'SE', 'IN', 'KR', 'JP', 'BR']);
const italy = regionSet(['IT']);
const byTwo = 0x22222;

/** Judges the first `count` of the groups that were read, seven to twelve digits, as a number dialled within a country. */
export function nationalForm(text: string, count: number, isBracketed: boolean): NationalForm | undefined {
  for (let index = 1; index < count; index += 1) if (isGroupBracketed(index)) return undefined;
  const first = text.charCodeAt(groupStart(0));
  if (first === zero) return trunkForm(text, count, isBracketed);
  if (count === 1) return bareForm(text);
  // `1 212 …`: the trunk prefix of North America.
  const hasTrunk = first === one && groupSize(0) === 1;
  const shape = hasTrunk ? shapeOf(count) - (1 << ((count - 1) * 4)) : shapeOf(count);
  const found = byShape.get(shape);
  if (found === undefined || (hasTrunk && found.regions !== northAmerica)) return undefined;
  const digits = joinedDigits(text, count);
  if (!isNationalNumber(hasTrunk ? digits.slice(1) : digits, found.regions)) return undefined;
  return { score: isBracketed || isSigned(count) ? found.markedScore : found.score, needsContext: false };
}

/** Hyphens or dots throughout. */
function isSigned(count: number): boolean {
  const sign = separatorBefore(1);
  if (sign !== '-' && sign !== '.') return false;
  for (let index = 2; index < count; index += 1) if (separatorBefore(index) !== sign) return false;
  return true;
}

function bareForm(text: string): NationalForm | undefined {
  const digits = joinedDigits(text, 1);
  const isNational =
    isNationalNumber(digits, bareRegions) ||
    (digits.startsWith('1') && isNationalNumber(digits.slice(1), northAmerica));
  return isNational ? { score: likelyOther, needsContext: true } : undefined;
}

/** `020 7946 0958`, `(030) 123456`, `01 23 45 67 89`: a zero, then the area. */
function trunkForm(text: string, count: number, isBracketed: boolean): NationalForm | undefined {
  const first = groupSize(0);
  if (
    totalDigits(count) < fewestWithTrunk ||
    text.charCodeAt(groupStart(0) + 1) === zero ||
    (count > 1 && (first < 2 || first > 5))
  )
    return undefined;
  if ((isDotted(count) && shapeOf(count) !== byTwo) || isDate(text, count)) return undefined;
  const digits = joinedDigits(text, count);
  if (!isNationalNumber(digits.slice(1), trunkRegions) && !isNationalNumber(digits, italy)) return undefined;
  return { score: count > 2 || isBracketed ? likely : likelyOther, needsContext: count === 1 };
}

function isDotted(count: number): boolean {
  for (let index = 1; index < count; index += 1) if (separatorBefore(index) === '.') return true;
  return false;
}

/** A day, a month and a year among the groups: what follows is a time, or another day. */
function isDate(text: string, count: number): boolean {
  for (let index = 2; index < count; index += 1) {
    if (groupSize(index) !== 4 || groupSize(index - 1) > 2 || groupSize(index - 2) > 2) continue;
    const century = text.slice(groupStart(index), groupStart(index) + 2);
    if (century === '19' || century === '20') return true;
  }
  return false;
}
