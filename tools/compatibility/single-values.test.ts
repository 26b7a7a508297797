import { describe, expect, it } from 'vitest';
import { foreignKinds, type Row, rowsOf } from './rows.ts';
import { saidOf } from './said.ts';

/*
 * docs/compatibility.md calls a field honoured but for some of its values: whoever writes one of those is told so. Of an
 * EnvoyProxy only the status of the Gateway speaks (e2e/kube/api/their-class.test.ts).
 */

/** Those that are named. A list may hold them. */
function exceptedOf({ verdict }: Row): readonly string[] {
  if (verdict.kind !== 'honoured') return [];
  return [...(verdict.except ?? '').matchAll(/`([^`]+)`/g)].map(([, value = '']) => value);
}

const named = foreignKinds.flatMap((kind) =>
  rowsOf(kind).flatMap((row) => exceptedOf(row).map((value) => [kind, row.path, value, row] as const)),
);

describe('values that are not served, of fields that are', () => {
  it.each(named.filter(([, , value]) => value !== 'EnvoyProxy'))('%s %s: %s', (_, path, value, row) => {
    const said = saidOf(row, { row: path, value }) ?? saidOf(row, { row: path, value: [value] });
    expect([said?.severity, said?.reason]).toEqual(['error', 'UnsupportedValue']);
  });
});
