import { defaulted, type Field, optional, required } from './field.ts';
import { blockRules } from './field-rules.ts';
import { type Fields, object } from './object.ts';
import { invalid } from './parsed.ts';
import { reject, under } from './place.ts';
import { refine, type Schema } from './schema.ts';
import { servedValues } from './served-values.ts';
import { ruled } from './server-notes.ts';
import { refused } from './verdict.ts';

interface Variant {
  readonly block: string;
  readonly field: Field<unknown, 'maybe'> | Field<undefined, 'never'>;
  /** Why it is not served. */
  readonly refusal?: string;
}

type Variants = { readonly [tag: string]: Variant };

type BlockOf<V> = V extends { block: infer B extends string; field: Field<infer T, 'maybe'> }
  ? { readonly [P in B]: T }
  : never;

/** `{type: 'Image', image: …} | {type: 'HTTP', http: …}`; refused variants are not part of it. */
export type Tagged<N extends string, V extends Variants> = {
  [K in keyof V]: V[K] extends { field: Field<unknown, 'maybe'> } ? { readonly [P in N]: K } & BlockOf<V[K]> : never;
}[keyof V];

export function variant<const B extends string, T>(
  block: B,
  schema: Schema<T>,
  description: string,
): { readonly block: B; readonly field: Field<T, 'maybe'> } {
  return { block, field: optional(schema, description) };
}

export function refusedVariant<const B extends string>(
  block: B,
  refusal: string,
): { readonly block: B; readonly field: Field<undefined, 'never'>; readonly refusal: string } {
  return { block, field: refused(refusal), refusal };
}

/**
 * A map that says by one field which other one it has, as Kubernetes kinds like to: the field that the tag means is
 * there, and none of those of other tags. `unserved`: fields beside them, whatever the tag is.
 */
export function tagged<const N extends string, const V extends Variants>(
  name: N,
  variants: V,
  description: string,
  fallback?: keyof V & string,
  unserved: { readonly [field: string]: Field<undefined, 'never'> } = {},
): Schema<Tagged<N, V>> {
  const entries = Object.entries<Variant>(variants);
  const served = entries.flatMap(([tag, { refusal }]) => (refusal === undefined ? [tag] : []));
  const others = Object.fromEntries(
    entries.flatMap(([tag, { refusal }]) => (refusal === undefined ? [] : [[tag, refusal]])),
  );
  const values = servedValues(served, others);
  const tag = fallback === undefined ? required(values, description) : defaulted(values, fallback, description);
  const fields: Fields = {
    [name]: tag,
    ...Object.fromEntries(entries.map(([, { block, field }]) => [block, field])),
    ...unserved,
  };
  const visible = entries.flatMap(([value, { block, field }]) =>
    field.schema.json.type !== undefined ? [[value, block] as const] : [],
  );
  return refine(ruled(object(fields), ...blockRules(name, visible)), (given, place) => {
    const spec: { readonly [field: string]: unknown } = given;
    const wanted = variants[String(spec[name])];
    if (wanted === undefined) return invalid;
    const extra = entries.find(([, { block }]) => block !== wanted.block && spec[block] !== undefined)?.[1];
    if (extra !== undefined) {
      const message = `is given, but ${name} is ${String(spec[name])}`;
      return reject(under(place, extra.block), message, `remove it, or change ${name}`);
    }
    if (spec[wanted.block] === undefined) {
      const message = `is missing: ${name} is ${String(spec[name])}`;
      return reject(under(place, wanted.block), message, `add ${wanted.block}, or change ${name}`);
    }
    // The tag and its block, checked just now; TypeScript cannot tie a computed name to its type.
    return { [name]: spec[name], [wanted.block]: spec[wanted.block] } as Tagged<N, V>;
  });
}
