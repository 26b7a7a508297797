import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchema, printableKinds } from '../../src/policy/json-schema.ts';

/*
 * The JSON Schemas that editors load: one for each kind, and `policy.json` for files that hold several. `make goldens`
 * writes them anew.
 */

const folder = join(import.meta.dirname, '../../docs/schemas');
const isUpdating = process.env.UPDATE_GOLDENS === '1';

/** A document of any kind: what an editor needs for a file of several documents. */
const anyKind = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://sluice.dev/schemas/v1alpha1/policy.json',
  title: 'Policy',
  description: 'Any document of a policy folder.',
  oneOf: printableKinds.map((kind) => ({ $ref: `${kind}.json` })),
};

const published = new Map<string, unknown>([
  ...printableKinds.map((kind) => [`${kind}.json`, jsonSchema(kind)] as const),
  ['policy.json', anyKind],
]);

describe('docs/schemas', () => {
  it.each([...published])('%s is what the policy kinds say', (name, schema) => {
    const path = join(folder, name);
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (isUpdating) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    expect(existsSync(path) ? readFileSync(path, 'utf8') : 'missing; run `make goldens`').toBe(text);
  });

  it('holds nothing else', () => {
    const orphans = readdirSync(folder).filter((name) => !published.has(name));
    if (isUpdating) for (const orphan of orphans) rmSync(join(folder, orphan));
    expect(isUpdating ? [] : orphans).toEqual([]);
  });
});
