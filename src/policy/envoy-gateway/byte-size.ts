import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { show } from '../schema/show.ts';

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

const pattern = '^[0-9]{1,12}(\\.[0-9]{1,6})?(k|M|G|Ki|Mi|Gi)?$';
const sizeText = new RegExp(pattern);
const remedy = 'write a size such as 50Mi';

/** Bytes as Kubernetes writes quantities: `50Mi`, `32768`. */
export const byteSize: Schema<number> = {
  json: {
    oneOf: [
      { type: 'integer', minimum: 1, maximum: 2 ** 32 - 1 },
      { type: 'string', pattern },
    ],
  },
  parse: (value, place) => {
    const written = typeof value === 'number' ? String(value) : value;
    if (typeof written !== 'string' || !sizeText.test(written)) {
      return reject(place, `${show(value)} is not a size`, remedy);
    }
    const unit = written.replace(/^[0-9.]+/, '');
    const bytes = Number(written.slice(0, written.length - unit.length)) * (factors[unit] ?? Number.NaN);
    if (!Number.isInteger(bytes)) return reject(place, `${show(value)} is not a whole number of bytes`, remedy);
    if (bytes < 1 || bytes >= 2 ** 32) return reject(place, `${show(value)} is not between 1 and 4Gi`, remedy);
    return bytes;
  },
};
