/**
 * One definition per field set, from which come the TypeScript type (`Infer`), the parsed value with its defaults, the
 * texts for bad values, and the JSON Schema that editors read.
 */
import { invalid, type Parsed } from './parsed.ts';
import type { Place } from './place.ts';
import type { ServerNotes, serverNotes } from './server-notes.ts';

export type JsonSchema = { readonly [keyword: string]: unknown; readonly [serverNotes]?: ServerNotes };

export interface Schema<T> {
  /** Parses as much as can be parsed, so that all problems of a document are reported at once. */
  readonly parse: (value: unknown, place: Place) => Parsed<T>;
  readonly json: JsonSchema;
}

export type Infer<S> = S extends Schema<infer T> ? T : never;

/** The same schema with one more condition, or with a more useful form of the value. */
export function refine<T, U>(schema: Schema<T>, next: (value: T, place: Place) => Parsed<U>): Schema<U> {
  return {
    json: schema.json,
    parse: (value, place) => {
      const parsed = schema.parse(value, place);
      return parsed === invalid ? invalid : next(parsed, place);
    },
  };
}
