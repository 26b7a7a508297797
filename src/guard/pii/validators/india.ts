import { plausibleIf, type Verdict, validIf } from './verdict.ts';
import { isVerhoeff } from './verhoeff.ts';

/** Aadhaar: begins with 2 to 9, Verhoeff; numbers that read the same backwards are not given out. */
export function judgeAadhaar(value: string): Verdict {
  return validIf(value.charAt(0) >= '2' && isVerhoeff(value) && !isPalindrome(value));
}

/** Character by character: on a text full of such numbers, turning each around took longer than everything else. */
function isPalindrome(value: string): boolean {
  for (let left = 0, right = value.length - 1; left < right; left += 1, right -= 1) {
    if (value.charCodeAt(left) !== value.charCodeAt(right)) return false;
  }
  return true;
}

/** Permanent account number: the fourth letter is the kind of holder. */
export function judgePan(value: string): Verdict {
  return plausibleIf('ABCFGHJLPT'.includes(value.charAt(3)) && value.slice(5, 9) !== '0000');
}
