import { type Verdict, validIf } from './verdict.ts';
import { digitAt } from './weighted.ts';

/** Tax identification number: ISO 7064 mod 11,10; one of its ten digits occurs twice or three times, the others once. */
export function judgeTaxId(value: string): Verdict {
  if (value[0] === '0') return 'invalid';
  const counts = new Map<string, number>();
  for (const digit of value.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  const isSpread = repeated.length === 1 && (repeated[0] ?? 0) <= 3;
  return validIf(isSpread && !/^.*(\d)\1\1/.test(value.slice(0, 10)) && mod11And10(value) === digitAt(value, 10));
}

function mod11And10(value: string): number {
  let product = 10;
  for (let index = 0; index < 10; index += 1) {
    const sum = (digitAt(value, index) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}
