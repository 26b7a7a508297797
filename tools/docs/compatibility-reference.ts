import { bodyFields, type KindRow } from '../../src/policy/kind-row.ts';
import { type Kind, kinds } from '../../src/policy/kinds.ts';
import { isMap } from '../../src/policy/schema/object.ts';
import type { JsonSchema } from '../../src/policy/schema/schema.ts';
import { type Verdict, verdictOf } from '../../src/policy/schema/verdict.ts';
import { markdownTable } from './markdown.ts';

/** What becomes of every field of a foreign kind, out of the schema that checks it. */
export function compatibilityReference(kind: Kind): string {
  const row: KindRow<unknown> = kinds[kind];
  const prefix = bodyFields(row).includes('spec') ? 'spec' : '';
  const rows = fieldsOf(row.spec.json, prefix, undefined).map(({ path, verdict }) => [`\`${path}\``, textOf(verdict)]);
  return markdownTable(['field', 'what becomes of it'], rows);
}

export interface Field {
  readonly path: string;
  readonly name: string;
  readonly verdict: Verdict;
}

/** What stands below something that is reported is reported with it. */
export function fieldsOf(node: JsonSchema, path: string, above: Verdict | undefined): Field[] {
  if (isMap(node.items)) return fieldsOf(node.items, `${path}[]`, above);
  if (isMap(node.additionalProperties)) return fieldsOf(node.additionalProperties, `${path}.NAME`, above);
  const properties = isMap(node.properties) ? Object.entries(node.properties) : [];
  return properties.flatMap(([name, child]) => {
    if (!isMap(child)) return [];
    const here = path === '' ? name : `${path}.${name}`;
    const own = verdictOf(child);
    const verdict = above ?? (own.kind === 'honoured' && own.except === undefined ? verdictOf(entryOf(child)) : own);
    const below = verdict.kind === 'reported' ? verdict : undefined;
    return [{ path: here, name, verdict }, ...fieldsOf(child, here, below)];
  });
}

function entryOf(list: JsonSchema): JsonSchema {
  return isMap(list.items) ? list.items : {};
}

function textOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'honoured':
      return verdict.except === undefined ? 'honoured' : `honoured; ${verdict.except}`;
    case 'reported':
      return `reported in status: ${verdict.reason}`;
    case 'refused':
      return `**refused**: ${verdict.reason}`;
    case 'withoutEffect':
      return `not applicable: ${verdict.reason}`;
  }
}
