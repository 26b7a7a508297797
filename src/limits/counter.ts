import { greatestCommonDivisor } from '../lib/greatest-common-divisor.ts';
import { sha256Hex } from '../lib/hash.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type CalendarUnit, calendarUnits, isTimeZone } from './calendar.ts';

/**
 * What is counted and how far. Amounts are whole numbers of any unit: requests, tokens, nano-dollars. They stay exact up
 * to 2^53 - 1 (Lua's numbers are doubles), which is 9 million dollars per period when money is counted in nano-dollars.
 */
export type Counter = BucketCounter | FixedCounter | CalendarCounter | RollingCounter | ConcurrencyCounter;

interface Base {
  /** Stable and unique; make it with `counterKey()`. */
  readonly key: string;
  readonly limit: number;
}

/** A token bucket: holds `limit`, and fills evenly at `limit` per `windowMs`. */
export interface BucketCounter extends Base {
  readonly kind: 'bucket';
  readonly windowMs: number;
}

/** Windows of equal length, one after another since 1970 UTC. */
export interface FixedCounter extends Base {
  readonly kind: 'fixed';
  readonly windowMs: number;
}

/** Calendar periods of a time zone; days of 23 and 25 hours are one day. Weeks begin on Monday. */
export interface CalendarCounter extends Base {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  readonly timeZone: string;
}

/**
 * The last `windowMs`, in `slices` steps (default 30). Usage leaves with its whole slice, so it counts for up to
 * `windowMs / slices` longer than the window, never shorter.
 */
export interface RollingCounter extends Base {
  readonly kind: 'rolling';
  readonly windowMs: number;
  readonly slices?: number;
}

/** How many run at the same time. Only reservations count; settling one frees its place. */
export interface ConcurrencyCounter extends Base {
  readonly kind: 'concurrency';
}

export const defaultSlices = 30;

const maximumSlices = 120;
const maximumKeyLength = 200;

/**
 * One key for a counter out of its parts (name of the limit, then what it is per). Parts are escaped, so that different
 * parts never make one key, and a long key ends in a hash, because callers choose some of the values.
 */
export function counterKey(parts: readonly string[]): string {
  const key = parts.map((part) => part.replace(/[%:{}*?[\]\\\s]/g, escapeCharacter)).join(':');
  return key.length <= maximumKeyLength ? key : `${key.slice(0, maximumKeyLength - 41)}~${sha256Hex(key).slice(0, 40)}`;
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Why a counter cannot be kept exactly, or nothing. Policy lets none of these into force. */
export function checkCounter(counter: Counter): string | undefined {
  if (counter.key.length === 0 || counter.key.length > maximumKeyLength) return 'its key is empty or too long';
  if (!isAmount(counter.limit)) return 'the limit is not a whole number from 0 to 2^53 - 1';
  switch (counter.kind) {
    case 'bucket':
      if (!isSpan(counter.windowMs)) return 'the window is not a whole number of milliseconds';
      return Number.isSafeInteger(counter.limit * drainOf(counter).scale)
        ? undefined
        : 'the limit and the window are too large together for a token bucket; use a fixed window';
    case 'fixed':
      return isSpan(counter.windowMs) ? undefined : 'the window is not a whole number of milliseconds';
    case 'calendar':
      return isTimeZone(counter.timeZone) ? undefined : 'the time zone is unknown';
    case 'rolling': {
      const slices = counter.slices ?? defaultSlices;
      if (!isSpan(counter.windowMs)) return 'the window is not a whole number of milliseconds';
      if (!Number.isInteger(slices) || slices < 1 || slices > maximumSlices) return 'the slices are not 1 to 120';
      return counter.windowMs >= slices ? undefined : 'the window is shorter than its slices';
    }
    case 'concurrency':
      return undefined;
  }
}

/** A whole number that JavaScript and Lua hold exactly. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isSpan(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/**
 * How a bucket drains in whole numbers: its level is kept in units of `1 / scale`, of which `perMs` leave every
 * millisecond. Nothing is rounded, however often it is asked.
 */
export function drainOf(counter: BucketCounter): { readonly perMs: number; readonly scale: number } {
  const divisor = greatestCommonDivisor(counter.limit, counter.windowMs);
  return { perMs: counter.limit / divisor, scale: counter.windowMs / divisor };
}

/** Stored beside the figures, so that `limits show` knows what it reads. */
export function formatSpec(counter: Counter): string {
  switch (counter.kind) {
    case 'bucket':
    case 'fixed':
      return `${counter.kind} ${counter.limit} ${counter.windowMs}`;
    case 'calendar':
      return `calendar ${counter.limit} ${counter.unit} ${counter.timeZone}`;
    case 'rolling':
      return `rolling ${counter.limit} ${counter.windowMs} ${counter.slices ?? defaultSlices}`;
    case 'concurrency':
      return `concurrency ${counter.limit}`;
  }
}

export function parseSpec(key: string, text: string): Result<Counter> {
  const [kind = '', limitText = '', first = '', second = ''] = text.split(' ');
  const counter = build(kind, key, Number(limitText), first, second);
  if (counter === undefined) return err(`unknown kind of counter ${kind}`);
  const problem = checkCounter(counter);
  return problem === undefined ? ok(counter) : err(problem);
}

function build(kind: string, key: string, limit: number, first: string, second: string): Counter | undefined {
  switch (kind) {
    case 'bucket':
    case 'fixed':
      return { kind, key, limit, windowMs: Number(first) };
    case 'calendar': {
      const unit = calendarUnits.find((each) => each === first);
      return unit === undefined ? undefined : { kind, key, limit, unit, timeZone: second };
    }
    case 'rolling':
      return { kind, key, limit, windowMs: Number(first), slices: Number(second) };
    case 'concurrency':
      return { kind, key, limit };
    default:
      return undefined;
  }
}
