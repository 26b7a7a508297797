import { isMap } from './object.ts';
import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { kindOf } from './show.ts';

/** The same map, where the likeliest mistake is a secret in its place: messages do not repeat what stands there. */
export function privateMap<T>(schema: Schema<T>, remedy: string): Schema<T> {
  return {
    ...schema,
    parse: (value, place) =>
      isMap(value)
        ? schema.parse(value, place)
        : reject(place, `${kindOf(value)} stands here instead of a map`, remedy),
  };
}
