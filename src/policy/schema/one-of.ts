import type { Field } from './field.ts';
import { isMap, rejectUnknown, withRefused } from './object.ts';
import { invalid, type Parsed } from './parsed.ts';
import { type Place, reject, under } from './place.ts';
import type { Schema } from './schema.ts';
import { notedJson } from './server-notes.ts';
import { choices, kindOf } from './show.ts';

type Variant = Field<unknown, 'always'> | Field<unknown, 'never'>;
type Variants = { readonly [name: string]: Variant };

/** `{apiKey: …} | {none: …}`: told apart by the one field that is there. */
export type OneOf<V extends Variants> = {
  [K in keyof V]: V[K] extends Field<infer T, 'always'> ? { readonly [P in K]: T } : never;
}[keyof V];

/**
 * A map with exactly one of the named fields. Messages name kinds of values, not values: this is how secrets are
 * referred to, and the likeliest mistake is a secret in place of the reference.
 */
export function oneOf<const V extends Variants>(variants: V, remedy: string): Schema<OneOf<V>> {
  const names = Object.keys(variants).filter((name) => variants[name]?.presence !== 'never');
  const json = { type: 'object', properties: properties(variants), ...exactlyOne };
  return { json: notedJson(withRefused(json, variants), { remedy }), parse };

  function parse(value: unknown, place: Place): Parsed<OneOf<V>> {
    if (!isMap(value)) return reject(place, `${kindOf(value)} stands here instead of a map`, remedy);
    const given = Object.keys(value).filter((name) => value[name] !== undefined);
    const unknown = given.filter((name) => !Object.hasOwn(variants, name));
    if (unknown.length > 0) {
      rejectUnknown(unknown, names, place);
      return invalid;
    }
    const [name] = given;
    if (name === undefined) return reject(place, 'is empty', remedy);
    if (given.length > 1) {
      return reject(place, `${given.join(' and ')} are given together`, `keep exactly one of ${choices(names)}`);
    }
    const variant = variants[name];
    // `none:` with nothing behind it means `none: {}`.
    const parsed = variant?.schema.parse(value[name] ?? {}, under(place, name)) ?? invalid;
    // One field, whose name and value come from the same variant; TypeScript cannot tie a computed name to its type.
    return parsed === invalid ? invalid : ({ [name]: parsed } as OneOf<V>);
  }
}

const exactlyOne = { minProperties: 1, maxProperties: 1, additionalProperties: false };

function properties(variants: Variants): { readonly [name: string]: unknown } {
  const served = Object.entries(variants).filter(([, variant]) => variant.presence !== 'never');
  return Object.fromEntries(
    served.map(([name, variant]) => [name, { ...variant.schema.json, description: variant.description }]),
  );
}
