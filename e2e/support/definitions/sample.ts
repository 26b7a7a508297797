import { isMap } from '../../../src/policy/schema/object.ts';
import type { FieldPath, FieldSchema } from './fields.ts';

/** Something that the schema of a field takes; conditions between fields are another matter. */
export function sampleOf(schema: FieldSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.enum !== undefined) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return requiredFields(schema);
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    default:
      // Numbers with units, prices, anything.
      return schema.type === 'string' || schema.pattern !== undefined ? sampleText(schema) : {};
  }
}

/** Many of them, which differ where texts can. */
export function samplesOf(schema: FieldSchema, count: number): readonly unknown[] {
  const sample = sampleOf(schema);
  return Array.from({ length: count }, (_, index) => {
    const text = `${String(sample)}${index}`;
    return typeof sample === 'string' && schema.enum === undefined && takes(schema, text) ? text : sample;
  });
}

/** Texts of which each pattern of the definitions takes one. */
const texts = [
  ...['a', 'a1', '1', '1s', '1m', '30s', '1MiB', 'key', 'a:1', '/v1', '/v1/a', 'chat.completions', 'DRAFT', 'None'],
  ...['https://a.example.com', 'https://a.example.com/a', '192.0.2.1', '10.0.0.0/8', 'eu-central-1', 'connect'],
  ...['2027-01-01T00:00:00Z', `sha256:${'a1'.repeat(32)}`, 'a1'.repeat(32), 'a:3128', 'request.path'],
];

function sampleText(schema: FieldSchema): string {
  const found = texts.find((text) => takes(schema, text));
  if (found === undefined)
    throw new Error(`no sample matches ${schema.pattern ?? 'any text'}: add one to ${import.meta.url}`);
  return found;
}

/** Whether pattern and length allow the text. */
export function takes({ pattern, minLength = 0, maxLength = Infinity }: FieldSchema, text: string): boolean {
  if (text.length < minLength || text.length > maxLength) return false;
  return pattern === undefined || new RegExp(ofJavaScript(pattern)).test(text);
}

/** RE2 writes characters by number as `\x{0020}`. */
function ofJavaScript(pattern: string): string {
  return pattern.replaceAll(/\\x\{([0-9a-f]{4})\}/g, '\\u$1');
}

/**
 * The same value with another one at a path. What is not there on the way comes into being, with its required fields; of
 * a list it is the first entry.
 */
export function put(schema: FieldSchema, given: unknown, path: FieldPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === '[]') {
    const [first, ...others] = Array.isArray(given) ? given : [];
    return [put(schema.items ?? {}, first, rest, value), ...others];
  }
  const map = isMap(given) ? given : requiredFields(schema, step);
  const [name, child] = step === '{}' ? [Object.keys(map)[0] ?? 'a', schema.additionalProperties] : [step, undefined];
  return { ...map, [name]: put(child ?? schema.properties?.[step] ?? {}, map[name], rest, value) };
}

/** The same value without what is at a path. */
export function without(given: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === '[]') return Array.isArray(given) ? given.map((item) => without(item, rest)) : given;
  if (!isMap(given) || step === undefined) return given;
  const isMeant = (name: string): boolean => step === '{}' || name === step;
  const entries = Object.entries(given).flatMap(([name, child]) => {
    if (!isMeant(name)) return [[name, child]];
    return rest.length === 0 ? [] : [[name, without(child, rest)]];
  });
  return Object.fromEntries(entries);
}

/** What stands at a path: of lists and maps in every entry. */
export function valuesAt(given: unknown, path: FieldPath): readonly unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return [given];
  if (step === '[]') return Array.isArray(given) ? given.flatMap((item) => valuesAt(item, rest)) : [];
  if (!isMap(given)) return [];
  const children = step === '{}' ? Object.values(given) : step in given ? [given[step]] : [];
  return children.flatMap((child) => valuesAt(child, rest));
}

function requiredFields(schema: FieldSchema, chosen?: string): Readonly<Record<string, unknown>> {
  const { properties = {}, required = [], minProperties = 0 } = schema;
  const needed = [...required, ...oneOfThem(schema, chosen)].filter((name) => name !== chosen);
  const isEmpty = needed.length === 0 && chosen === undefined && minProperties > 0;
  const names = isEmpty ? Object.keys(properties).slice(0, 1) : needed;
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] ?? {})]));
}

/** Where exactly one of several fields has to be there: the first, unless it is the chosen one or another is. */
function oneOfThem(schema: FieldSchema, chosen: string | undefined): readonly string[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return rules.flatMap(({ rule }) => {
    const names = [...(/^\[(.*)\]\.exists_one/.exec(rule)?.[1] ?? '').matchAll(/has\(self\.(\w+)\)/g)];
    const known = names.flatMap(([, name]) => (name === undefined ? [] : [name]));
    return chosen !== undefined && known.includes(chosen) ? [] : known.slice(0, 1);
  });
}
