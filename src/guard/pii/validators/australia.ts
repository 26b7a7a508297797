import { type Verdict, validIf } from './verdict.ts';
import { digitAt, isOneDigitOnly, weightedSum } from './weighted.ts';

const tfnWeights = [1, 4, 3, 7, 5, 8, 6, 9, 10];
const shortTfnWeights = [10, 7, 8, 4, 6, 3, 5, 1];
const abnWeights = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];
const medicareWeights = [1, 3, 7, 9, 1, 3, 7, 9];

/** Tax file number of eight or nine digits: mod 11. */
export function judgeTfn(value: string): Verdict {
  const weights = value.length === 8 ? shortTfnWeights : tfnWeights;
  return validIf(weightedSum(value, weights) % 11 === 0 && !isOneDigitOnly(value));
}

/** Business number: mod 89 after one is taken from its first digit. */
export function judgeAbn(value: string): Verdict {
  return validIf(value[0] !== '0' && (weightedSum(value, abnWeights) - 10) % 89 === 0);
}

/** Medicare card: begins with 2 to 6, the ninth digit is a sum mod 10, the tenth counts the issues of the card. */
export function judgeMedicare(value: string): Verdict {
  const isFirst = value.charAt(0) >= '2' && value.charAt(0) <= '6';
  return validIf(isFirst && weightedSum(value, medicareWeights) % 10 === digitAt(value, 8) && value[9] !== '0');
}
