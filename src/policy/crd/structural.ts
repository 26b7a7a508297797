import { exactlyOneRule } from '../schema/field-rules.ts';
import { isMap } from '../schema/object.ts';
import type { JsonSchema } from '../schema/schema.ts';
import { type ServerNotes, type ServerRule, serverNotes } from '../schema/server-notes.ts';
import { keysRule } from './cel.ts';
import { re2Pattern } from './re2-pattern.ts';

/** What Kubernetes takes of OpenAPI 3: every field has one type or is left alone, nothing forbids further fields. */
export type Structural = { readonly [keyword: string]: unknown };

/** Anything: kept as it is, looked at by nobody but the controller. CEL cannot see it. */
const anything: Structural = { 'x-kubernetes-preserve-unknown-fields': true };

/**
 * The schema that an API server holds, out of the one that editors read. What has no structural form is an error of
 * whoever wrote the schema, with the path: a definition that a server refuses must not be published.
 */
export function structural(json: JsonSchema, path: string): Structural {
  const notes = json[serverNotes] ?? {};
  const base = baseOf(json, notes, path);
  const rules = [...rulesOf(base), ...(notes.rules ?? []).map(validation)];
  return {
    ...(typeof json.description === 'string' ? { description: json.description } : {}),
    ...base,
    ...defaultOf(json),
    ...notes.keywords,
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules }),
  };
}

/**
 * Only texts, numbers and booleans: entries that a server put into a list or a map stay there when somebody applies
 * other ones, and "every model" would join the two that a key may use.
 */
function defaultOf({ default: value }: JsonSchema): Structural {
  return ['string', 'number', 'boolean'].includes(typeof value) ? { default: value } : {};
}

function baseOf(json: JsonSchema, notes: ServerNotes, path: string): Structural {
  if (Array.isArray(json.oneOf)) {
    const options = json.oneOf.filter(isSchema);
    if (options.every(isRequirement)) return objectOf(json, notes, path, options.flatMap(requiredOf));
    return unionOf(options, path);
  }
  if (json.const !== undefined) return { type: 'string', enum: [json.const] };
  if (Array.isArray(json.enum)) {
    return { type: typeOfAll(json.enum, path), enum: json.enum };
  }
  switch (json.type) {
    case undefined:
      return anything;
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return scalarOf(json, notes, path);
    case 'array':
      return listOf(json, path);
    case 'object':
      return isSchema(json.additionalProperties) ? mapOf(json, path) : objectOf(json, notes, path, []);
    default:
      throw new Error(`${path}: type ${String(json.type)} has no structural form`);
  }
}

const scalarKeywords = ['type', 'minLength', 'maxLength', 'minimum', 'maximum'];

function scalarOf(json: JsonSchema, notes: ServerNotes, path: string): Structural {
  const kept = Object.fromEntries(scalarKeywords.flatMap((name) => (name in json ? [[name, json[name]]] : [])));
  if (typeof json.pattern !== 'string' || notes.keywords?.pattern !== undefined) return kept;
  return { ...kept, pattern: re2Pattern(json.pattern, path) };
}

function listOf(json: JsonSchema, path: string): Structural {
  if (!isSchema(json.items)) throw new Error(`${path}: a list that does not say of what`);
  return {
    type: 'array',
    ...(json.minItems === undefined ? {} : { minItems: json.minItems }),
    ...(json.maxItems === undefined ? {} : { maxItems: json.maxItems }),
    // Uniqueness is a matter of whole lists to JSON Schema, and of owning single entries to Kubernetes.
    'x-kubernetes-list-type': json.uniqueItems === true ? 'set' : 'atomic',
    items: structural(json.items, `${path}[]`),
  };
}

function mapOf(json: JsonSchema, path: string): Structural {
  const keys = isSchema(json.propertyNames) ? json.propertyNames : {};
  const values = isSchema(json.additionalProperties) ? structural(json.additionalProperties, `${path}.*`) : anything;
  // Of a map whose values CEL cannot see it sees nothing at all.
  const rules = isVisible(values) ? keysRule(keys, path) : [];
  return {
    type: 'object',
    ...(json.maxProperties === undefined ? {} : { maxProperties: json.maxProperties }),
    additionalProperties: values,
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map(validation) }),
  };
}

function objectOf(json: JsonSchema, notes: ServerNotes, path: string, choices: readonly string[]): Structural {
  const isChoice = json.minProperties === 1 && json.maxProperties === 1;
  const known = Object.entries(isMap(json.properties) ? json.properties : {}).map(([name, field]) => {
    if (!isSchema(field)) throw new Error(`${path}.${name}: no schema`);
    return [name, structural(field, `${path}.${name}`)] as const;
  });
  const refused = Object.entries(notes.refused ?? {}).map(([name, remedy]) => {
    const description = `Not served by this version: ${remedy}.`;
    return [name, { description, ...(isChoice ? { type: 'object' } : {}), ...anything }] as const;
  });
  const properties = Object.fromEntries([...known, ...refused]);
  const names = isChoice ? Object.keys(properties) : choices;
  const exact = names.length > 0 && names.every((name) => isVisible(properties[name]));
  const rules = exact ? [exactlyOneRule(names, isChoice ? notes.remedy : undefined)] : [];
  const counted = isChoice && !exact ? { minProperties: 1, maxProperties: 1 } : {};
  if (choices.length > 0 && !exact) throw new Error(`${path}: ${choices.join(', ')} are not all visible to CEL`);
  return {
    type: 'object',
    ...(Array.isArray(json.required) ? { required: json.required } : {}),
    ...counted,
    // Two appliers who each set another alternative would otherwise make something invalid together.
    ...(isChoice ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    // A server forgets an empty map, and then sees a difference whenever somebody applies it.
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map(validation) }),
  };
}

/** Alternatives by type. Kubernetes has one word for integers and texts, and none for the others. */
function unionOf(options: readonly JsonSchema[], path: string): Structural {
  const [first, second, ...rest] = options.map((option) => structural(option, path));
  if (first === undefined || second === undefined || rest.length > 0) throw new Error(`${path}: not two alternatives`);
  const { type: one, enum: _none, ...number } = first;
  const { type: other, enum: words, ...text } = second;
  const pattern = Array.isArray(words) ? { pattern: `^(${words.join('|')})$` } : {};
  if (one === 'integer' && other === 'string') {
    return { 'x-kubernetes-int-or-string': true, ...number, ...text, ...pattern };
  }
  const isPair = (one === 'number' && other === 'string') || (one === 'string' && other === 'object');
  if (!isPair) throw new Error(`${path}: ${String(one)} or ${String(other)} has no structural form`);
  // Minimum is asked of numbers only, pattern of texts, properties of objects: together they are the alternatives.
  const { 'x-kubernetes-validations': _a, ...left } = number;
  const { 'x-kubernetes-validations': _b, 'x-kubernetes-map-type': _c, ...right } = text;
  return { ...anything, ...left, ...right, ...pattern };
}

function typeOfAll(values: readonly unknown[], path: string): 'string' | 'integer' {
  if (values.every((value) => typeof value === 'string')) return 'string';
  if (values.every((value) => Number.isInteger(value))) return 'integer';
  throw new Error(`${path}: an enum of neither texts nor whole numbers`);
}

function isVisible(field: Structural | undefined): boolean {
  return field?.type !== undefined || field?.['x-kubernetes-int-or-string'] === true;
}

function isRequirement(option: JsonSchema): boolean {
  return Object.keys(option).length === 1 && Array.isArray(option.required) && option.required.length === 1;
}

function requiredOf(option: JsonSchema): readonly string[] {
  return Array.isArray(option.required) ? option.required.map(String) : [];
}

function isSchema(value: unknown): value is JsonSchema {
  return isMap(value);
}

function rulesOf(base: Structural): readonly unknown[] {
  const rules = base['x-kubernetes-validations'];
  return Array.isArray(rules) ? rules : [];
}

function validation({ rule, message, fieldPath }: ServerRule): Structural {
  return { rule, message, ...(fieldPath === undefined ? {} : { fieldPath }) };
}
