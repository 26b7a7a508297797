import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

export function integer(range: { readonly from: number; readonly to: number }): Schema<number> {
  const remedy = `write a whole number from ${range.from} to ${range.to}`;
  return {
    json: { type: 'integer', minimum: range.from, maximum: range.to },
    parse: (value, place) => {
      if (typeof value !== 'number' || !Number.isInteger(value)) {
        const isQuoted = typeof value === 'string' && /^[0-9]+$/.test(value);
        return reject(
          place,
          `${show(value)} is not a whole number`,
          isQuoted ? `write ${value} without quotes` : remedy,
        );
      }
      if (value < range.from) return reject(place, `${show(value)} is less than ${range.from}`, remedy);
      if (value > range.to) return reject(place, `${show(value)} is more than ${range.to}`, remedy);
      return value;
    },
  };
}
