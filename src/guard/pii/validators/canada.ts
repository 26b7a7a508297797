import { isLuhn } from './luhn.ts';
import { type Verdict, validIf } from './verdict.ts';
import { isOneDigitOnly } from './weighted.ts';

/** Social insurance number: Luhn; none begins with 8, and those with 0 stand in examples. */
export function judgeSin(value: string): Verdict {
  return validIf(value[0] !== '8' && !isOneDigitOnly(value) && isLuhn(value));
}
