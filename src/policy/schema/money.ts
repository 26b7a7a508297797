import { decimalPattern, formatNano, parseNano } from '../../lib/decimal.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

/** An amount in USD, as a number or a decimal text; parsed to nano-USD, exactly. */
export function money(range: { readonly from: number; readonly to: number }): Schema<number> {
  const remedy = `write an amount in USD from ${range.from} to ${range.to}, such as 0.15`;
  return {
    json: {
      oneOf: [
        { type: 'number', minimum: range.from, maximum: range.to },
        { type: 'string', pattern: decimalPattern },
      ],
    },
    parse: (value, place) => {
      if (typeof value !== 'number' && typeof value !== 'string') {
        return reject(place, `${show(value)} is not an amount`, remedy);
      }
      if (Number.isNaN(value)) return reject(place, 'NaN is not an amount', remedy);
      if (typeof value === 'number' && value < 0) return reject(place, `${value} is negative`, remedy);
      if (typeof value === 'number' && value > range.to) {
        return reject(place, `${value} is more than ${range.to}`, remedy);
      }
      const nano = parseNano(value);
      if (!nano.ok) return reject(place, `${show(value)} ${nano.error}`, remedy);
      if (nano.value > range.to * 1e9) return reject(place, `${value} is more than ${range.to}`, remedy);
      if (nano.value < range.from * 1e9) {
        return reject(place, `${formatNano(nano.value)} is less than ${range.from}`, remedy);
      }
      return nano.value;
    },
  };
}
