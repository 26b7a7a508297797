import { err, ok, type Result } from './result.ts';

/** A span of time in milliseconds, as policies write it with a unit. */
export type Milliseconds = number;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const durationPattern = '^[0-9]{1,12}(\\.[0-9]{1,6})?(ms|s|m|h|d)$';

const durationText = new RegExp(durationPattern);

/** `250ms`, `1.5s`, `5m`, `1h`, `7d`. A bare number is refused: half of its readers would take it for milliseconds. */
export function parseDuration(text: string): Result<Milliseconds> {
  if (!durationText.test(text)) return err('is not a duration');
  const unit = text.replace(/^[0-9.]+/, '');
  const milliseconds = Number(text.slice(0, text.length - unit.length)) * (units[unit] ?? Number.NaN);
  const whole = Math.round(milliseconds);
  // 1.005 * 1000 is not 1005 in binary: allow for that, not for real fractions of a millisecond.
  if (Math.abs(whole - milliseconds) > 1e-6) return err('is finer than a millisecond');
  if (!Number.isSafeInteger(whole)) return err('is too long');
  return ok(whole);
}

/** The shortest exact text: 90000 gives `90s`, 3600000 gives `1h`. */
export function formatDuration(milliseconds: Milliseconds): string {
  if (milliseconds === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = units[unit] ?? 1;
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long there is to wait, for people: rounded up, and never finer than anybody would plan. `45 s`, `8 days 9 h`. */
export function spokenDuration(milliseconds: Milliseconds): string {
  if (milliseconds <= 2 * minute) return `${Math.ceil(milliseconds / 1_000)} s`;
  if (milliseconds <= 2 * hour) return `${Math.ceil(milliseconds / minute)} min`;
  if (milliseconds <= 2 * day) return twoUnits(Math.ceil(milliseconds / minute), 60, 'h', 'min');
  return twoUnits(Math.ceil(milliseconds / hour), 24, 'days', 'h');
}

function twoUnits(small: number, size: number, largeUnit: string, smallUnit: string): string {
  const rest = small % size;
  return `${Math.floor(small / size)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}
