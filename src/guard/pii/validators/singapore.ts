import { type Verdict, validIf } from './verdict.ts';
import { weightedSum } from './weighted.ts';

const weights = [2, 7, 6, 5, 4, 3, 2];
const residents = 'JZIHGFEDCBA';
const foreigners = 'XWUTRQPNMLK';
const recentForeigners = 'XWUTRQPNJLK';

/** NRIC and FIN: mod 11, with letters of its own for each series. */
export function judgeNric(value: string): Verdict {
  const sum = weightedSum(value.slice(1), weights);
  switch (value[0]) {
    case 'S':
      return validIf(residents[sum % 11] === value[8]);
    case 'T':
      return validIf(residents[(sum + 4) % 11] === value[8]);
    case 'F':
      return validIf(foreigners[sum % 11] === value[8]);
    case 'G':
      return validIf(foreigners[(sum + 4) % 11] === value[8]);
    case 'M':
      return validIf(recentForeigners[(sum + 3) % 11] === value[8]);
    default:
      return 'invalid';
  }
}
