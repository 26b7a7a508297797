import { isMap } from '../../../src/policy/schema/object.ts';

/** A structural schema, as far as tests read it. */
export interface FieldSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: { readonly [name: string]: FieldSchema };
  readonly required?: readonly string[];
  readonly items?: FieldSchema;
  readonly additionalProperties?: FieldSchema;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly FieldRule[];
}

export interface FieldRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** Names of fields; `[]` is any entry of a list, `{}` any of a map. */
export type FieldPath = readonly string[];

export interface Field {
  readonly path: FieldPath;
  readonly schema: FieldSchema;
}

/** A schema and all below it. */
export function* fieldsOf(schema: FieldSchema, path: FieldPath = []): Generator<Field> {
  yield { path, schema };
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* fieldsOf(child, [...path, name]);
  if (schema.items !== undefined) yield* fieldsOf(schema.items, [...path, '[]']);
  if (isMap(schema.additionalProperties)) yield* fieldsOf(schema.additionalProperties, [...path, '{}']);
}

/** `spec.rules[].name`. */
export function pathText(path: FieldPath): string {
  return path
    .map((step) => (step === '[]' || step === '{}' ? step : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

/** How an API server writes a field: `spec.rules[0].name`, and a key of a map with a dot or in brackets. */
export function fieldPattern(path: FieldPath): RegExp {
  const steps = path.map((step) => {
    if (step === '[]') return '\\[\\d+\\]';
    if (step === '{}') return '(?:\\.[^.[]+|\\[[^\\]]+\\])';
    return `\\.${step.replaceAll(/[^\w]/g, '\\$&')}`;
  });
  return new RegExp(`^${steps.join('').replace(/^\\\./, '')}$`);
}
