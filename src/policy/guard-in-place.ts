import { guardSpec } from './barrier.ts';
import type { PolicyDocument } from './document.ts';
import type { KindRow } from './kind-row.ts';
import { kinds } from './kinds.ts';
import { invalid } from './schema/parsed.ts';

/** What stands in for a policy that is right and cannot be served, if it guards something: nobody gets past it. */
export function guardInPlaceOf(document: PolicyDocument): PolicyDocument | undefined {
  const row: KindRow<unknown> = kinds[document.kind];
  const said = Object.fromEntries(Object.entries(document.spec).filter(([, value]) => value !== undefined));
  const spec = guardSpec(row, said, { name: document.name, now: 0 });
  // Kind and schema are of one row of the registry; TypeScript does not follow a row that is chosen at run time.
  return spec === invalid ? undefined : ({ ...document, spec, isBarrier: true } as PolicyDocument);
}
