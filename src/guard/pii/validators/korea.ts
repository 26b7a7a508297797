import { isDate } from './calendar.ts';
import { plausibleIf, type Verdict } from './verdict.ts';
import { digitAt, weightedSum } from './weighted.ts';

const weights = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];
/** By the seventh digit, which says century, sex and nationality. */
const centuries = [1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800];

/** Resident registration number: a date and mod 11; numbers given out since October 2020 have no check digit. */
export function judgeRrn(value: string): Verdict {
  const kind = digitAt(value, 6);
  const year = (centuries[kind] ?? 0) + Number(value.slice(0, 2));
  const month = Number(value.slice(2, 4));
  if (!isDate(year, month, Number(value.slice(4, 6)))) return 'invalid';
  const isForeign = kind >= 5 && kind <= 8;
  const check = (11 - (weightedSum(value, weights) % 11) + (isForeign ? 2 : 0)) % 10;
  if (check === digitAt(value, 12)) return 'valid';
  return plausibleIf(year > 2020 || (year === 2020 && month >= 10));
}
