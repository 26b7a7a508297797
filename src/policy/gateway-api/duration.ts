import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { notedJson } from '../schema/server-notes.ts';
import { show } from '../schema/show.ts';

/** GEP-2257: up to four parts such as `1h30m`, nothing finer than a millisecond. */
const pattern = '^([0-9]{1,5}(h|m|s|ms)){1,4}$';
const durationText = new RegExp(pattern);
const part = /([0-9]+)(ms|h|m|s)/g;
const milliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const remedy = 'write a duration such as 30s, 1m30s or 250ms';

/** A duration as Gateway API writes it, parsed to milliseconds. */
export const gatewayDuration: Schema<number> = {
  // Four parts of five digits and `ms`: conditions of API servers have to know how long it may be.
  json: notedJson({ type: 'string', pattern }, { keywords: { maxLength: 28 } }),
  parse: (value, place) => {
    if (typeof value !== 'string') return reject(place, `${show(value)} is not a duration`, remedy);
    if (!durationText.test(value)) return reject(place, `${show(value)} is not a duration`, remedy);
    return [...value.matchAll(part)].reduce((sum, [, count, unit]) => {
      return sum + Number(count) * (milliseconds[unit ?? ''] ?? 0);
    }, 0);
  },
};
