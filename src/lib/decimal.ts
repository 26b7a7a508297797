import { err, ok, type Result } from './result.ts';

export const decimalPattern = '^[0-9]{1,9}(\\.[0-9]{1,9})?$';

const decimalText = new RegExp(decimalPattern);

/**
 * A decimal number times a thousand million, exactly: `0.15` gives 150000000. Prices are added up a million times, so
 * that a rounding error in one of them would be seen on an invoice.
 */
export function parseNano(decimal: string | number): Result<number> {
  const text = typeof decimal === 'number' ? plain(decimal) : decimal;
  if (/^[0-9]+\.[0-9]{10,}$/.test(text)) return err('has more than 9 digits behind the point');
  if (!decimalText.test(text)) return err('is not an amount');
  const [whole = '', fraction = ''] = text.split('.');
  const nano = BigInt(whole + fraction.padEnd(9, '0'));
  const value = Number(nano);
  return Number.isSafeInteger(value) ? ok(value) : err('is too large');
}

/** `1500000000` gives `1.5`. */
export function formatNano(nano: number): string {
  const digits = String(nano).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
}

/** `1e-7` is a number that people write as 0.0000001. */
function plain(number: number): string {
  const text = String(number);
  const [, digits = '', fraction = '', exponent] = /^(\d+)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  return `0.${'0'.repeat(Math.max(0, Number(exponent) - digits.length))}${digits}${fraction}`;
}
