import { isDate } from './calendar.ts';
import { type Verdict, validIf } from './verdict.ts';
import { digitAt, weightedSum } from './weighted.ts';

const weights = [1, 3, 7, 9, 1, 3, 7, 9, 1, 3];
const centuries = [1900, 2000, 2100, 2200, 1800];

/** PESEL: the month says the century (1980: 01 to 12, 2010: 21 to 32); mod 10. */
export function judgePesel(value: string): Verdict {
  const month = Number(value.slice(2, 4));
  const year = (centuries[Math.floor(month / 20)] ?? 0) + Number(value.slice(0, 2));
  const check = (10 - (weightedSum(value, weights) % 10)) % 10;
  return validIf(check === digitAt(value, 10) && isDate(year, month % 20, Number(value.slice(4, 6))));
}
