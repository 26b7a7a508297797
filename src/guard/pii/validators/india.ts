import { plausibleIf, type Verdict, validIf } from './verdict.ts';
import { isVerhoeff } from './verhoeff.ts';

/** Aadhaar: begins with 2 to 9, Verhoeff; numbers that read the same backwards are not given out. */
export function judgeAadhaar(value: string): Verdict {
  return validIf(value.charAt(0) >= '2' && isVerhoeff(value) && !isPalindrome(value));
}

function isPalindrome(value: string): boolean {
  return [...value].reverse().join('') === value;
}

/** Permanent account number: the fourth letter is the kind of holder. */
export function judgePan(value: string): Verdict {
  return plausibleIf('ABCFGHJLPT'.includes(value.charAt(3)) && value.slice(5, 9) !== '0000');
}
