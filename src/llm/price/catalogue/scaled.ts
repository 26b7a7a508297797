/**
 * A decimal number times ten to the power of `digits`, exactly, then rounded to a whole number: `2.5e-06` and 15 give
 * 2500000000. Sources hold what a float printed, such as 4.9999999999999996e-06, so that rounding is wanted.
 * Undefined: it is negative, no number, or too large.
 */
export function scaled(value: unknown, digits: number): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const match = /^(\d{1,30})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(String(value).trim());
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) + digits - fraction.length;
  const mantissa = BigInt(whole + fraction);
  const result = shift >= 0 ? mantissa * 10n ** BigInt(shift) : divided(mantissa, 10n ** BigInt(-shift));
  const number = Number(result);
  return Number.isSafeInteger(number) ? number : undefined;
}

function divided(mantissa: bigint, divisor: bigint): bigint {
  return (mantissa + divisor / 2n) / divisor;
}
