import { plausibleIf, type Verdict } from './verdict.ts';
import { isOneDigitOnly } from './weighted.ts';

/** Printed on sample cards and in advertisements, so that nobody has them. */
const neverIssued = new Set(['123456789', '078051120', '219099999', '457555462']);

/** Social security number: nothing to compute, some numbers are never given to anybody. */
export function judgeSsn(value: string): Verdict {
  const area = value.slice(0, 3);
  if (area === '000' || area === '666' || area[0] === '9') return 'invalid';
  if (value.slice(3, 5) === '00' || value.slice(5) === '0000') return 'invalid';
  return plausibleIf(!neverIssued.has(value) && !isOneDigitOnly(value));
}

/** Individual taxpayer number: begins with 9, and its fourth and fifth digit lie in ranges that the IRS assigns. */
export function judgeItin(value: string): Verdict {
  const group = Number(value.slice(3, 5));
  const isGroup =
    (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 99 && group !== 93);
  return plausibleIf(value[0] === '9' && isGroup);
}

/** Numbers without a checksum: at least no row of one digit, and none of the rows that people type. */
export function judgeUnchecked(value: string): Verdict {
  const digits = value.replace(/[^0-9]/g, '');
  return plausibleIf(!isOneDigitOnly(digits) && digits !== '123456789' && digits !== '12345678');
}
