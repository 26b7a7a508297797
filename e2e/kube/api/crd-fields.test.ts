import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Kind } from '../../../src/policy/kinds.ts';
import { examples } from '../../../src/policy/testing/examples.ts';
import { documentOf, type KindDocument, published, schemasOf } from '../../support/definitions/document.ts';
import { goodExamples } from '../../support/definitions/examples.ts';
import { type Field, type FieldSchema, fieldsOf, pathText } from '../../support/definitions/fields.ts';
import { put, valuesAt, without } from '../../support/definitions/sample.ts';
import { groupedByPlace, isBlamed, violationsOf, violationText } from '../../support/definitions/violations.ts';
import { type DefinitionsServer, startDefinitionsServer } from '../../support/kube-api/definitions.ts';
import { patience } from '../../support/kube-api/patience.ts';

/*
 * Every field of every definition, found by walking through it: what its schema refuses is refused, and what it completes
 * is completed. Nothing is stored.
 */

patience();
let site: DefinitionsServer;
beforeAll(async () => {
  site = await startDefinitionsServer();
});
afterAll(() => site?.close());

const versions = published.flatMap((kind) =>
  [...schemasOf(kind)].map(([apiVersion, schema]) => ({ kind, apiVersion, schema })),
);

describe.each(versions)('$apiVersion $kind', ({ kind, apiVersion, schema }) => {
  const spec = schema.properties?.spec;
  if (spec === undefined) throw new Error(`${kind} has no spec`);
  const empty = { apiVersion, kind, metadata: documentOf(kind, {}).metadata };

  it('refuses what is of another type, value, range, length or form, and what lacks a field', async () => {
    const violations = violationsOf(spec, ['spec']);
    expect(violations.length).toBeGreaterThan(0);
    const silent: string[] = [];
    for (const group of groupedByPlace(violations)) {
      const document = group.reduce<unknown>((made, { path, value }) => put(schema, made, path, value), empty);
      const { refusals } = await site.asking.wouldCreate(document as KindDocument);
      silent.push(...group.filter((violation) => !isBlamed(violation, refusals)).map(violationText));
    }
    expect(silent).toEqual([]);
  });

  it('refuses fields that it does not know, at every level', async () => {
    const levels = [...fieldsOf(spec, ['spec'])].filter(
      (field) => field.schema.properties !== undefined && !field.schema['x-kubernetes-preserve-unknown-fields'],
    );
    const unknown = levels.map(({ path }) => [...path, 'noSuchField']);
    const document = unknown.reduce<unknown>((made, path) => put(schema, made, path, 1), empty);
    const { refusals } = await site.asking.wouldCreate(document as KindDocument);
    const named = new Set(refusals.map(({ field }) => field.replaceAll(/\[\d+\]/g, '[]')));
    expect(unknown.map((path) => pathText(path).replaceAll('{}', '.a')).filter((text) => !named.has(text))).toEqual([]);
  });

  it('completes every default where its map is written', async () => {
    const defaults = [...fieldsOf(spec, ['spec'])].filter((field) => field.schema.default !== undefined);
    const unseen: string[] = [];
    for (const field of defaults)
      if (!(await isCompleted(field, kind, schema, empty))) unseen.push(pathText(field.path));
    expect(unseen).toEqual([]);
  });
});

/** In an example that has the map; else in a map that is put together. */
async function isCompleted(
  { path, schema: field }: Field,
  kind: Kind,
  root: FieldSchema,
  empty: object,
): Promise<boolean> {
  const specs = [...examples[kind].map((text): unknown => parse(text)), ...goodExamples(kind)];
  const known = specs
    .map((spec) => ({ ...empty, spec }))
    .filter((document) => valuesAt(document, path.slice(0, -1)).length > 0);
  for (const document of [...known, put(root, empty, path, field.default)]) {
    const { stored } = await site.asking.wouldCreate(without(document, path) as KindDocument);
    if (stored !== undefined && valuesAt(stored, path).some((value) => value === field.default)) return true;
  }
  return false;
}
