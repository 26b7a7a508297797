import { isRecord } from './messages.ts';

/** A list of lists of itself ends somewhere. */
const deepest = 12;

const formats: Readonly<Record<string, string>> = {
  date: '2025-01-01',
  time: '12:00:00Z',
  'date-time': '2025-01-01T12:00:00Z',
  duration: 'PT1H',
  email: 'practice@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/practice',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * A value that a JSON Schema allows, the same for the same schema: what a model writes as arguments of a tool, or as an
 * answer of a shape that was asked for. Patterns are not heeded.
 */
export function sampleOf(schema: unknown): unknown {
  return sample(schema, schema, 0);
}

function sample(schema: unknown, root: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > deepest) return null;
  const next = (inner: unknown) => sample(inner, root, depth + 1);
  if (typeof schema.$ref === 'string') return next(pointedAt(schema.$ref, root));
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if ('default' in schema) return schema.default;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return next(choices.find((choice) => !isRecord(choice) || choice.type !== 'null'));
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map(next));
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, next);
    case 'array':
      return Array.from({ length: Math.max(1, wholeOf(schema.minItems)) }, () => next(schema.items));
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function typeOf(schema: Fields): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== 'null');
  return schema.type ?? (isRecord(schema.properties) ? 'object' : undefined);
}

/** What must be there; the rest is left out, as models do with what nobody told them. */
function objectOf(schema: Fields, next: (inner: unknown) => unknown): object {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return Object.fromEntries(required.map((name) => [name, next(properties[name])]));
}

function textOf({ format, minLength, maxLength }: Fields): string {
  const text = typeof format === 'string' ? formats[format] : undefined;
  if (text !== undefined) return text;
  return 'practice'.padEnd(wholeOf(minLength), '.').slice(0, maxLength === undefined ? undefined : wholeOf(maxLength));
}

function numberOf({ minimum, exclusiveMinimum, maximum }: Fields): number {
  if (typeof minimum === 'number') return Math.ceil(minimum);
  if (typeof exclusiveMinimum === 'number') return Math.floor(exclusiveMinimum) + 1;
  return typeof maximum === 'number' ? Math.min(1, Math.floor(maximum)) : 1;
}

function wholeOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, 1_000) : 0;
}

/** `#/$defs/city`, within the schema only. */
function pointedAt(pointer: string, root: unknown): unknown {
  let at = root;
  for (const step of pointer.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = isRecord(at) ? at[name] : undefined;
  }
  return at;
}
