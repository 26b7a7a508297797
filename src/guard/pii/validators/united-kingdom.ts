import { plausibleIf, type Verdict, validIf } from './verdict.ts';
import { digitAt, isOneDigitOnly, weightedSum } from './weighted.ts';

const nhsWeights = [10, 9, 8, 7, 6, 5, 4, 3, 2];

/** NHS number: mod 11; a check digit of 10 is not given out. */
export function judgeNhs(value: string): Verdict {
  const check = (11 - (weightedSum(value, nhsWeights) % 11)) % 11;
  return validIf(check < 10 && check === digitAt(value, 9) && !isOneDigitOnly(value));
}

const ninoPrefix = /^(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]/;

/** National insurance number: prefixes that are in use, and a suffix from A to D. */
export function judgeNino(value: string): Verdict {
  return plausibleIf(ninoPrefix.test(value) && /[A-D]$/.test(value) && !isOneDigitOnly(value.slice(2, 8)));
}
