import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { show } from './show.ts';

const pattern =
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$';
const timestampText = new RegExp(pattern);
const remedy = 'write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z';

/** Parsed to milliseconds since the epoch. A time without zone is refused: servers and people sit in different ones. */
export const timestamp: Schema<number> = {
  // The pattern knows no calendar; an API server does.
  json: notedJson({ type: 'string', pattern }, { keywords: { format: 'date-time' } }),
  parse: (value, place) => {
    if (typeof value !== 'string' || !timestampText.test(value)) {
      return reject(place, `${show(value)} is not a time`, remedy);
    }
    const milliseconds = Date.parse(value.toUpperCase());
    // Date.parse takes 2027-02-30 for the second of March.
    const isInCalendar = !Number.isNaN(milliseconds) && dayExists(value);
    return isInCalendar ? milliseconds : reject(place, `${show(value)} is not in the calendar`, remedy);
  },
};

function dayExists(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}
