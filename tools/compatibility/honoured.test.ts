import { describe, expect, it } from 'vitest';
import { evidenceOf } from './evidence.ts';
import { foreignKinds, rowsOf } from './rows.ts';
import { withoutDifference } from './without-difference.ts';

/*
 * docs/compatibility.md calls a field honoured: writing something else there changes what Envoys, processors or the API
 * server are given, or a table says why not.
 */
describe('what is called honoured', () => {
  it.each(foreignKinds)('makes a difference: %s', (kind) => {
    const rows = rowsOf(kind).filter(({ verdict, isLeaf }) => isLeaf && verdict.kind === 'honoured');
    const found = rows.map((row) => [row.path, evidenceOf(row)] as const);
    expect(found.flatMap(([path, evidence]) => (evidence === 'unwritten' ? [path] : []))).toEqual([]);
    const unseen = found.flatMap(([path, evidence]) => (evidence === 'nothing' ? [path] : []));
    expect(unseen.sort()).toEqual(Object.keys(withoutDifference[kind] ?? {}).sort());
  });
});
