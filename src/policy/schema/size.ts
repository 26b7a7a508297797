import { type Bytes, parseSize, sizePattern } from '../../lib/size.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { show } from './show.ts';
import { unitRule } from './unit-rule.ts';

const units = [
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
  ['B', 1],
] as const;

/** `64KiB`, `10MiB`; parsed to bytes. */
export function size(range: { readonly from: string; readonly to: string }): Schema<Bytes> {
  const [smallest, largest] = [written(range.from), written(range.to)];
  const remedy = `write a size from ${range.from} to ${range.to} with its unit (B, KiB, MiB or GiB), such as 20MiB`;
  const rule = unitRule({ units, from: smallest, to: largest, message: remedy });
  return {
    json: notedJson({ type: 'string', pattern: sizePattern }, { keywords: { maxLength: 25 }, rules: [rule] }),
    parse: (value, place) => {
      if (typeof value === 'number') return reject(place, `${show(value)} has no unit`, remedy);
      if (typeof value !== 'string') return reject(place, `${show(value)} is not a size`, remedy);
      const parsed = parseSize(value);
      if (!parsed.ok) return reject(place, `${show(value)} ${parsed.error}`, remedy);
      if (parsed.value < smallest) return reject(place, `${value} is less than ${range.from}`, remedy);
      if (parsed.value > largest) return reject(place, `${value} is more than ${range.to}`, remedy);
      return parsed.value;
    },
  };
}

function written(text: string): Bytes {
  const parsed = parseSize(text);
  if (!parsed.ok) throw new Error(`${text} ${parsed.error}`);
  return parsed.value;
}
