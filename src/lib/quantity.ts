import { err, ok, type Result } from './result.ts';

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

export const quantityPattern = '^[0-9]{1,15}(\\.[0-9]{1,9})?[kMG]?$';

const quantityText = new RegExp(quantityPattern);

/** A count: `4096`, `128k`, `1.5M`, in powers of 1000 as tokens are counted. */
export function parseQuantity(text: string): Result<number> {
  if (!quantityText.test(text)) return err('is not a count');
  const unit = text.replace(/^[0-9.]+/, '');
  const count = Number(text.slice(0, text.length - unit.length)) * (units[unit] ?? Number.NaN);
  const whole = Math.round(count);
  if (Math.abs(whole - count) > 1e-6) return err('is not a whole number');
  if (!Number.isSafeInteger(whole)) return err('is too large');
  return ok(whole);
}

/** The shortest exact text: 128000 gives `128k`. */
export function formatQuantity(count: number): string {
  for (const unit of ['G', 'M', 'k']) {
    const size = units[unit] ?? 1;
    if (count !== 0 && count % size === 0) return `${count / size}${unit}`;
  }
  return `${count}`;
}
