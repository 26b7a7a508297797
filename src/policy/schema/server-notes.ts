import type { JsonSchema, Schema } from './schema.ts';

/** A condition in CEL (Kubernetes’ `x-kubernetes-validations`); `self` is the value that it stands at. */
export interface ServerRule {
  readonly rule: string;
  /** What to do about it, as a sentence without full stop. */
  readonly message: string;
  /** The field that is to blame, below `self`: `.schema`. */
  readonly fieldPath?: string;
}

/** What a Kubernetes API server is told of a schema, and editors are not: JSON Schema has no words for it. */
export interface ServerNotes {
  readonly rules?: readonly ServerRule[];
  /** Keywords of a structural schema, in place of those of the JSON Schema. */
  readonly keywords?: JsonSchema;
  /** Fields that are known and refused, with the remedy. A server that did not know them would drop them silently. */
  readonly refused?: { readonly [name: string]: string };
  /** Said of keys of a map, whose patterns have no message of their own. */
  readonly remedy?: string;
}

/** A symbol, so that neither printing nor validating a JSON Schema ever meets the notes, and copying keeps them. */
export const serverNotes: unique symbol = Symbol('notes for a Kubernetes API server');

/** The same schema with further notes. */
export function noted<T>(schema: Schema<T>, notes: ServerNotes): Schema<T> {
  return { ...schema, json: notedJson(schema.json, notes) };
}

/** The same schema with conditions that an API server checks as well. They say in CEL what `refine` says in code. */
export function ruled<T>(schema: Schema<T>, ...rules: readonly ServerRule[]): Schema<T> {
  return noted(schema, { rules });
}

/** Entries of the list are told apart by this field: appliers may own single entries, and none stands there twice. */
export function keyed<T>(schema: Schema<T>, field: string): Schema<T> {
  return noted(schema, { keywords: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [field] } });
}

export function notedJson(json: JsonSchema, notes: ServerNotes): JsonSchema {
  const before = json[serverNotes] ?? {};
  const rules = [...(before.rules ?? []), ...(notes.rules ?? [])];
  const keywords = { ...before.keywords, ...notes.keywords };
  const merged = { ...before, ...notes, ...(rules.length > 0 ? { rules } : {}), keywords };
  return { ...json, [serverNotes]: merged };
}
