import { suggest } from '../../lib/suggest.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { choices, show } from './show.ts';

export function enumeration<const T extends string>(values: readonly T[]): Schema<T> {
  return {
    json: { enum: values },
    parse: (value, place) => {
      const found = values.find((candidate) => candidate === value);
      if (found !== undefined) return found;
      const near = typeof value === 'string' ? suggest(value, values) : undefined;
      const remedy = near === undefined ? `write ${choices(values)}` : `write ${near} (possible: ${choices(values)})`;
      return reject(place, `${show(value)} is not a possible value`, remedy);
    },
  };
}
