import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';

/** A field of an object. `presence` decides between `name: T` and `name?: T` in the type that comes out. */
export type Field<T, Presence extends 'always' | 'maybe' | 'never'> = {
  readonly presence: Presence;
  readonly schema: Schema<T>;
  readonly description: string;
  readonly isRequired: boolean;
  /** As it would be written in a document. */
  readonly fallback?: unknown;
};

export function required<T>(schema: Schema<T>, description: string): Field<T, 'always'> {
  return { presence: 'always', schema, description, isRequired: true };
}

export function optional<T>(schema: Schema<T>, description: string): Field<T, 'maybe'> {
  return { presence: 'maybe', schema, description, isRequired: false };
}

/** The default is given as a document would write it, and parsed like anything written there. */
export function defaulted<T>(schema: Schema<T>, fallback: unknown, description: string): Field<T, 'always'> {
  return { presence: 'always', schema, description, isRequired: false, fallback };
}

/**
 * A field of the language whose feature this version does not serve. Naming it is an error, never silently ignored: a
 * gateway that skips a rule somebody wrote is worse than one that says so. Not part of the JSON Schema.
 */
export function unserved(remedy: string): Field<never, 'never'> {
  return {
    presence: 'never',
    schema: {
      json: notedJson({}, { remedy }),
      parse: (_value, place) => reject(place, 'is not served by this version', remedy),
    },
    description: '',
    isRequired: false,
  };
}
