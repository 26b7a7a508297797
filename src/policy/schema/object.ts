import { suggest } from '../../lib/suggest.ts';
import type { Field } from './field.ts';
import { invalid, type Parsed } from './parsed.ts';
import { type Place, reject, under } from './place.ts';
import type { JsonSchema, Schema } from './schema.ts';
import { notedJson, serverNotes } from './server-notes.ts';
import { choices, shorten, show } from './show.ts';

type AnyField = Field<unknown, 'always'> | Field<unknown, 'maybe'> | Field<unknown, 'never'>;
export type Fields = { readonly [name: string]: AnyField };

type NamesWith<F, Presence> = { [K in keyof F]: F[K] extends { presence: Presence } ? K : never }[keyof F];
type Value<F> = F extends { schema: Schema<infer T> } ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** The parsed form: fields with a default are always there. */
export type ObjectOf<F extends Fields> = Flat<
  { readonly [K in NamesWith<F, 'always'>]: Value<F[K]> } & { readonly [K in NamesWith<F, 'maybe'>]?: Value<F[K]> }
>;

export function object<const F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  const names = Object.keys(fields).filter((name) => fields[name]?.presence !== 'never');
  return { json: objectJson(fields), parse };

  function parse(value: unknown, place: Place): Parsed<ObjectOf<F>> {
    if (!isMap(value)) return reject(place, `${show(value)} is not a map`, mapRemedy(names));
    let isValid = true;
    const unknown = Object.keys(value).filter((key) => !Object.hasOwn(fields, key));
    if (unknown.length > 0) {
      rejectUnknown(unknown, names, place);
      isValid = false;
    }
    const parsed: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(fields)) {
      const given = givenOrDefault(value, name, field);
      if (given === undefined) {
        if (!field.isRequired) continue;
        reject(under(place, name), 'is missing', `add ${name}: ${firstSentence(field.description)}`);
        isValid = false;
        continue;
      }
      const result = field.schema.parse(given, under(place, name));
      if (result === invalid) isValid = false;
      else if (field.presence !== 'never') parsed[name] = result;
    }
    // The loop above filled in exactly the fields that the type names; TypeScript cannot follow a loop over names.
    return isValid ? (parsed as ObjectOf<F>) : invalid;
  }
}

export function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `headers:` with nothing behind it is `null` in YAML; people mean "not given". */
function givenOrDefault(value: { readonly [key: string]: unknown }, name: string, field: AnyField): unknown {
  const given = Object.hasOwn(value, name) ? value[name] : undefined;
  return given === undefined || given === null ? field.fallback : given;
}

/** Enough to see what went wrong; a pasted data file would otherwise give a problem for each of its lines. */
const mostUnknown = 20;

export function rejectUnknown(keys: readonly string[], names: readonly string[], place: Place): void {
  for (const key of keys.slice(0, mostUnknown)) {
    const near = suggest(key, names);
    const known = names.length === 0 ? '' : `; known here: ${choices(names)}`;
    const remedy = near === undefined ? `remove it${known}` : `write ${near}`;
    reject(under(place, shorten(key)), 'is not a known field', remedy);
  }
  const more = keys.length - mostUnknown;
  if (more > 0) reject(place, `has ${more} more fields that are not known`, 'remove them');
}

function mapRemedy(names: readonly string[]): string {
  return names.length === 0 ? 'write {}' : `write a map with ${choices(names)}`;
}

function firstSentence(description: string): string {
  const end = description.search(/[.;](\s|$)/);
  const sentence = end < 0 ? description : description.slice(0, end);
  // HTTP stays HTTP.
  return /^[A-Z][A-Z]/.test(sentence) ? sentence : sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

function objectJson(fields: Fields): JsonSchema {
  const properties: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.presence === 'never' && field.description === '') continue;
    const notes: Record<string, unknown> = { description: field.description };
    if (field.fallback !== undefined) notes.default = field.fallback;
    properties[name] = { ...field.schema.json, ...notes };
  }
  const needed = Object.entries(fields).flatMap(([name, field]) => (field.isRequired ? [name] : []));
  const json = {
    type: 'object',
    properties,
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  };
  return withRefused(json, fields);
}

/** Editors do not offer what is refused; an API server must know it, or it would drop it without a word. */
export function withRefused(json: JsonSchema, fields: Fields): JsonSchema {
  const refused = Object.entries(fields).flatMap(([name, { presence, description, schema }]) =>
    presence === 'never' && description === '' ? [[name, schema.json[serverNotes]?.remedy ?? ''] as const] : [],
  );
  return refused.length === 0 ? json : notedJson(json, { refused: Object.fromEntries(refused) });
}
