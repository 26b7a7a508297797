import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

const remedy = 'write a score from 0 (anything) to 1 (certain), such as 0.5';

/** How sure something must be. Thousandths are as fine as it gets. */
export const score: Schema<number> = {
  json: { type: 'number', minimum: 0, maximum: 1 },
  parse: (value, place) => {
    if (typeof value !== 'number' || Number.isNaN(value))
      return reject(place, `${show(value)} is not a number`, remedy);
    if (value < 0) return reject(place, `${value} is less than 0`, remedy);
    if (value > 1) return reject(place, `${value} is more than 1`, remedy);
    return Math.round(value * 1000) / 1000;
  },
};
