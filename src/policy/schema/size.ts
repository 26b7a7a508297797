import { type Bytes, parseSize, sizePattern } from '../../lib/size.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

/** `64KiB`, `10MiB`; parsed to bytes. */
export function size(range: { readonly from: string; readonly to: string }): Schema<Bytes> {
  const [smallest, largest] = [written(range.from), written(range.to)];
  const remedy = `write a size from ${range.from} to ${range.to} with its unit (B, KiB, MiB or GiB), such as 20MiB`;
  return {
    json: { type: 'string', pattern: sizePattern },
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
