import { getOrCreate } from '../lib/get-or-create.ts';

export const calendarUnits = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type CalendarUnit = (typeof calendarUnits)[number];

/** From `start` until just before `end`, in milliseconds since 1970 UTC. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The calendar period of a time zone that holds a moment. */
export function periodAt(moment: number, unit: CalendarUnit, timeZone: string): Period {
  if (unit === 'second') return evenPeriod(moment, 1_000, 0);
  if (unit === 'minute') return evenPeriod(moment, 60_000, 0);
  // Hours follow the zone's offset of the moment, so that India's begin at half past and no hour is longer than one.
  if (unit === 'hour') return evenPeriod(moment, hourMs, offsetAt(moment, timeZone));
  const local = new Date(moment + offsetAt(moment, timeZone));
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth();
  const day = local.getUTCDate();
  switch (unit) {
    case 'day':
      return between(timeZone, Date.UTC(year, month, day), Date.UTC(year, month, day + 1));
    case 'week': {
      const monday = day - ((local.getUTCDay() + 6) % 7);
      return between(timeZone, Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7));
    }
    case 'month':
      return between(timeZone, Date.UTC(year, month), Date.UTC(year, month + 1));
    case 'quarter': {
      const first = month - (month % 3);
      return between(timeZone, Date.UTC(year, first), Date.UTC(year, first + 3));
    }
    case 'year':
      return between(timeZone, Date.UTC(year, 0), Date.UTC(year + 1, 0));
  }
}

/**
 * The boundaries of the period of a moment and of its neighbours, four in all. A store whose clock differs from ours by
 * less than a period finds its own among them. Kept until the period is over, since finding them takes microseconds.
 */
export function boundariesAround(moment: number, unit: CalendarUnit, timeZone: string): Boundaries {
  const known = boundaries.get(`${unit} ${timeZone}`);
  if (known !== undefined && moment >= known[1] && moment < known[2]) return known;
  const current = periodAt(moment, unit, timeZone);
  const before = periodAt(current.start - 1, unit, timeZone);
  const after = periodAt(current.end, unit, timeZone);
  const found: Boundaries = [before.start, current.start, current.end, after.end];
  boundaries.set(`${unit} ${timeZone}`, found);
  return found;
}

export type Boundaries = readonly [number, number, number, number];

const boundaries = new Map<string, Boundaries>();

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return !/\s/.test(name);
  } catch {
    return false;
  }
}

function evenPeriod(moment: number, length: number, offset: number): Period {
  const start = Math.floor((moment + offset) / length) * length - offset;
  return { start, end: start + length };
}

function between(timeZone: string, localStart: number, localEnd: number): Period {
  return { start: firstMoment(localStart, timeZone), end: firstMoment(localEnd, timeZone) };
}

/**
 * The first moment at which the clocks of a zone show `local` or later. Where midnight is skipped (Beirut, Cairo), the
 * day begins when the clocks jump; where it comes twice (Havana), with the first.
 */
function firstMoment(local: number, timeZone: string): number {
  const before = offsetAt(local - dayMs, timeZone);
  const after = offsetAt(local + dayMs, timeZone);
  const early = local - Math.max(before, after);
  const late = local - Math.min(before, after);
  if (early + offsetAt(early, timeZone) === local) return early;
  if (before >= after) return late;
  let low = early;
  let high = late;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Local time minus UTC. */
function offsetAt(moment: number, timeZone: string): number {
  const wholeSecond = Math.floor(moment / 1_000) * 1_000;
  const parts: Record<string, number> = {};
  for (const part of formatOf(timeZone).formatToParts(wholeSecond)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecond;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return getOrCreate(
    formats,
    timeZone,
    () =>
      new Intl.DateTimeFormat('en-US', {
        timeZone,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
  );
}
