import { type Verdict, validIf } from './verdict.ts';

const letters = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** Number of the identity card: the letter is the rest of a division by 23. */
export function judgeNif(value: string): Verdict {
  return validIf(letters[Number(value.slice(0, 8)) % 23] === value[8] && !/^(\d)\1{7}/.test(value));
}

/** Number of foreigners: X, Y and Z stand for 0, 1 and 2. */
export function judgeNie(value: string): Verdict {
  const first = 'XYZ'.indexOf(value.charAt(0));
  if (first < 0) return 'invalid';
  return validIf(letters[Number(`${first}${value.slice(1, 8)}`) % 23] === value[8]);
}
