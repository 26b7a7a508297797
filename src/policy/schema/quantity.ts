import { parseQuantity, quantityPattern } from '../../lib/quantity.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { show } from './show.ts';
import { unitRule } from './unit-rule.ts';

const units = [
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
] as const;

/** `4096`, `128k`, `10M`; parsed to the number. */
export function quantity(range: { readonly from: number; readonly to: number }): Schema<number> {
  const remedy = `write a whole number from ${range.from} to ${range.to}; k and M may be used, such as 128k`;
  const json = {
    oneOf: [
      { type: 'integer', minimum: range.from, maximum: range.to },
      { type: 'string', pattern: quantityPattern },
    ],
  };
  const rule = unitRule({ units, ...range, message: remedy, mayBeNumber: true });
  return {
    json: notedJson(json, { keywords: { maxLength: 26 }, rules: [rule] }),
    parse: (value, place) => {
      if (typeof value !== 'number' && typeof value !== 'string') {
        return reject(place, `${show(value)} is not a count`, remedy);
      }
      if (typeof value === 'number' && !Number.isInteger(value)) {
        return reject(place, `${show(value)} is not a whole number`, remedy);
      }
      const parsed = typeof value === 'number' ? { ok: true as const, value } : parseQuantity(value);
      if (!parsed.ok) return reject(place, `${show(value)} ${parsed.error}`, remedy);
      if (parsed.value < range.from) return reject(place, `${value} is less than ${range.from}`, remedy);
      if (parsed.value > range.to) return reject(place, `${value} is more than ${range.to}`, remedy);
      return parsed.value;
    },
  };
}
