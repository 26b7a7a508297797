import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

const moneyPattern = '^[0-9]{1,9}(\\.[0-9]{1,9})?$';
const moneyText = new RegExp(moneyPattern);
const most = 1e9;
const remedy = `write an amount in USD from 0 to ${most}, such as 0.15`;

/** An amount in USD, as a number or a decimal text. */
export const money: Schema<number> = {
  json: {
    oneOf: [
      { type: 'number', minimum: 0, maximum: most },
      { type: 'string', pattern: moneyPattern },
    ],
  },
  parse: (value, place) => {
    const isText = typeof value === 'string' && moneyText.test(value);
    if (!isText && typeof value !== 'number') return reject(place, `${show(value)} is not an amount`, remedy);
    const amount = Number(value);
    if (Number.isNaN(amount)) return reject(place, 'NaN is not an amount', remedy);
    if (amount < 0) return reject(place, `${amount} is negative`, remedy);
    if (amount > most) return reject(place, `${amount} is more than ${most}`, remedy);
    return amount;
  },
};
