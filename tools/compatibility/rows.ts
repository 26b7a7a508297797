import { bodyFields, type KindRow } from '../../src/policy/kind-row.ts';
import { type Kind, kinds, ownGroup, printableKinds } from '../../src/policy/kinds.ts';
import { isMap } from '../../src/policy/schema/object.ts';
import type { Path } from '../../src/policy/schema/place.ts';
import type { JsonSchema } from '../../src/policy/schema/schema.ts';
import { type Field, fieldsOf } from '../docs/compatibility-reference.ts';

/** Kinds of other projects, of which docs/compatibility.md speaks. */
export const foreignKinds: readonly Kind[] = printableKinds.filter((kind) => kinds[kind].group !== ownGroup);

export interface Row extends Field {
  readonly kind: Kind;
  /** Nothing stands below it; what becomes of the others is what becomes of that. */
  readonly isLeaf: boolean;
}

/** The rows of the page. */
export function rowsOf(kind: Kind): readonly Row[] {
  const { json, prefix } = bodyOf(kind);
  const fields = fieldsOf(json, prefix, undefined);
  return fields.map((field) => ({ ...field, kind, isLeaf: !fields.some(({ path }) => isBelow(path, field.path)) }));
}

export function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}.`) || path.startsWith(`${above}[]`);
}

/** Of the value at a place of a manifest. */
export function schemaAt(kind: Kind, path: Path): JsonSchema {
  const { json, prefix } = bodyOf(kind);
  return path.slice(prefix === '' ? 0 : 1).reduce<JsonSchema>(below, json);
}

function below(json: JsonSchema, step: string | number): JsonSchema {
  if (typeof step === 'number') return mapOf(json.items);
  const named = mapOf(json.properties)[step];
  return isMap(named) ? named : mapOf(json.additionalProperties);
}

function bodyOf(kind: Kind): { readonly json: JsonSchema; readonly prefix: string } {
  const row: KindRow<unknown> = kinds[kind];
  return { json: row.spec.json, prefix: bodyFields(row).includes('spec') ? 'spec' : '' };
}

function mapOf(value: unknown): JsonSchema {
  return isMap(value) ? value : {};
}
