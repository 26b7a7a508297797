import { isMap } from './object.ts';
import { invalid, type Parsed } from './parsed.ts';
import { type Place, reject } from './place.ts';
import type { Schema } from './schema.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

const deepest = 32;

/** Any value that JSON can carry. Not repeated in messages: what people put into bodies may be anything. */
export const jsonValue: Schema<JsonValue> = {
  json: {},
  parse: (value, place) => check(value, place, 0),
};

function check(value: unknown, place: Place, depth: number): Parsed<JsonValue> {
  if (depth > deepest) return reject(place, `is nested deeper than ${deepest} levels`, 'make it flatter');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    return reject(place, `${value} has no form in JSON`, 'write a finite number, or a text in quotes');
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => check(item, place, depth + 1));
    const valid = items.filter((item): item is Exclude<typeof item, typeof invalid> => item !== invalid);
    return valid.length === items.length ? valid : invalid;
  }
  if (!isMap(value)) return reject(place, 'has no form in JSON', 'write text, number, true, false, null, list or map');
  const copy: Record<string, JsonValue> = Object.create(null);
  for (const [name, item] of Object.entries(value)) {
    const checked = check(item, place, depth + 1);
    if (checked === invalid) return invalid;
    copy[name] = checked;
  }
  return copy;
}
