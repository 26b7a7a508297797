import { durationPattern } from '../lib/duration.ts';
import { duration } from './schema/duration.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { exactlyOneOf } from './schema/given.ts';
import { isMap, object } from './schema/object.ts';
import { invalid } from './schema/parsed.ts';
import { reject } from './schema/place.ts';
import { refine, type Schema } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { show } from './schema/show.ts';

/** Time zones by the names that people know them by: `Europe/Berlin`. */
const timeZone: Schema<string> = {
  json: { type: 'string', minLength: 1, maxLength: 64 },
  parse: (value, place) => {
    const remedy = 'write a name of the IANA time zone database, such as Europe/Berlin or UTC';
    if (typeof value !== 'string') return reject(place, `${show(value)} is not a text`, remedy);
    return isTimeZone(value) ? value : reject(place, `${show(value)} is not a time zone`, remedy);
  },
};

function isTimeZone(name: string): boolean {
  // Offsets (`+02:00`) are known to Intl as well, but not in every version, and know no daylight saving time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export type CalendarUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

export type WindowSpec = { readonly rolling: number } | { readonly calendar: CalendarUnit; readonly timeZone: string };

const zone = defaulted(timeZone, 'UTC', 'Time zone whose clocks decide when it begins anew.');

const span = duration({ from: '1s', to: '366d' });

const limitCalendar = object({
  calendar: required(
    enumeration(['minute', 'hour', 'day', 'week', 'month']),
    'Begins anew with each of these. Weeks begin on Monday.',
  ),
  timeZone: zone,
});

/** `1m`, or a unit of the calendar. */
export const limitWindow: Schema<WindowSpec> = {
  json: { oneOf: [{ type: 'string', pattern: durationPattern }, limitCalendar.json] },
  parse: (value, place) => {
    if (isMap(value)) return limitCalendar.parse(value, place);
    const rolling = span.parse(value, place);
    return rolling === invalid ? invalid : { rolling };
  },
};

const budgetFields = ruled(
  object({
    calendar: optional(
      enumeration(['day', 'week', 'month', 'quarter', 'year']),
      'Begins anew with each of these. Weeks begin on Monday.',
    ),
    timeZone: optional(timeZone, 'Time zone whose clocks decide when it begins anew. Default: UTC.'),
    rolling: optional(duration({ from: '1h', to: '366d' }), 'The last so many days, at every moment.'),
  }),
  {
    rule: 'has(self.calendar) != has(self.rolling)',
    message: 'write {calendar: month} or {rolling: 30d}',
  },
  {
    rule: '!has(self.rolling) || !has(self.timeZone)',
    message: 'remove it: a rolling period has no time zone',
    fieldPath: '.timeZone',
  },
);

/** `{calendar: month, timeZone: Europe/Berlin}` or `{rolling: 30d}`. */
export const budgetPeriod: Schema<WindowSpec> = refine(budgetFields, (spec, place) => {
  const remedy = 'write {calendar: month} or {rolling: 30d}';
  const given = exactlyOneOf(spec, ['calendar', 'rolling'], place, remedy);
  if (given === undefined) return invalid;
  if (spec.calendar !== undefined) return { calendar: spec.calendar, timeZone: spec.timeZone ?? 'UTC' };
  if (spec.rolling === undefined) return invalid;
  if (spec.timeZone === undefined) return { rolling: spec.rolling };
  return reject(place, 'a rolling period has no time zone', 'remove timeZone');
});
