import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withPassedOnValues } from './values-schema.ts';

/* `make goldens` writes anew what the schema of the chart's values has from the kinds. */

const path = join(import.meta.dirname, '../../charts/sluice/values.schema.json');

describe('charts/sluice/values.schema.json', () => {
  it('knows the fields of what values pass on', () => {
    const text = withPassedOnValues(readFileSync(path, 'utf8'));
    if (process.env.UPDATE_GOLDENS === '1') writeFileSync(path, text);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('leaves no table open to names that nobody knows', () => {
    const open = openTables(JSON.parse(readFileSync(path, 'utf8')));
    expect(open).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Tables that take any name with anything behind it. Maps say what their values are: labels are text. */
function openTables(schema: Schema, at = ''): readonly string[] {
  const { type, properties = {}, additionalProperties, items, anyOf = [] } = schema;
  const isTable = type === 'object' || schema.properties !== undefined;
  const isOpen = isTable && (additionalProperties === undefined || additionalProperties === true);
  return [
    ...(isOpen ? [at] : []),
    ...Object.entries(properties).flatMap(([name, field]) => openTables(field, `${at}.${name}`)),
    ...(items === undefined ? [] : openTables(items, `${at}[]`)),
    ...anyOf.flatMap((each) => openTables(each, at)),
    ...(typeof additionalProperties === 'object' ? openTables(additionalProperties, `${at}.*`) : []),
  ];
}
