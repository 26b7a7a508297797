import { type ListRule, list } from './list.ts';
import { invalid } from './parsed.ts';
import { under } from './place.ts';
import type { Schema } from './schema.ts';

/** An entry, and where in the list it was written. */
export type Positioned<T> = T & { readonly position: number };

/**
 * A list whose entries stand for themselves: one that is wrong is reported and left out, and costs the others nothing.
 * Without any sound entry the list is invalid.
 */
export function soundEntries<T extends object>(
  entry: Schema<T>,
  rule: ListRule & { readonly least: number },
): Schema<readonly Positioned<T>[]> {
  const asWritten = list<unknown>({ json: entry.json, parse: (value) => value }, rule);
  return {
    json: asWritten.json,
    parse: (value, place) => {
      const written = asWritten.parse(value, place);
      if (written === invalid) return invalid;
      const sound = written.flatMap((each, position): Positioned<T>[] => {
        const parsed = entry.parse(each, under(place, position));
        return parsed === invalid ? [] : [{ ...parsed, position }];
      });
      return sound.length === 0 ? invalid : sound;
    },
  };
}
