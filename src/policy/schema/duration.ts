import { durationPattern, type Milliseconds, parseDuration } from '../../lib/duration.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { show } from './show.ts';
import { unitRule, unitValue } from './unit-rule.ts';

const units = [
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
] as const;

/** `250ms`, `30s`, `5m`, `1h`, `7d`; parsed to milliseconds. */
export function duration(range: { readonly from: string; readonly to: string }): Schema<Milliseconds> {
  const [shortest, longest] = [written(range.from), written(range.to)];
  const remedy = `write a duration from ${range.from} to ${range.to} with its unit (ms, s, m, h or d), such as 30s`;
  const rule = unitRule({ units, from: shortest, to: longest, message: remedy });
  return {
    json: notedJson({ type: 'string', pattern: durationPattern }, { keywords: { maxLength: 21 }, rules: [rule] }),
    parse: (value, place) => {
      if (typeof value === 'number') return reject(place, `${show(value)} has no unit`, `${remedy}`);
      if (typeof value !== 'string') return reject(place, `${show(value)} is not a duration`, remedy);
      const parsed = parseDuration(value);
      if (!parsed.ok) return reject(place, `${show(value)} ${parsed.error}`, remedy);
      if (parsed.value < shortest) return reject(place, `${value} is shorter than ${range.from}`, remedy);
      if (parsed.value > longest) return reject(place, `${value} is longer than ${range.to}`, remedy);
      return parsed.value;
    },
  };
}

/** What a duration stands for, in CEL. */
export function durationValue(text: string): string {
  return `(${unitValue(text, units)})`;
}

function written(text: string): Milliseconds {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.error}`);
  return parsed.value;
}
