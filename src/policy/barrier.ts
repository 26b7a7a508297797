import type { KindRow } from './kind-row.ts';
import { isMap } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import type { Facts, Place } from './schema/place.ts';

/** Where a policy says what it is for. */
export const targetFieldNames = ['targetRef', 'targetRefs', 'targetSelectors'] as const;

/** What of a spec that is wrong at these findings stands in for it: of what is served in part, or guards something. */
export function barrierSpec<S>(row: KindRow<S>, written: unknown, { facts, findings }: Omit<Place, 'path'>): Parsed<S> {
  if (!isMap(written)) return invalid;
  if (row.remainder === undefined) return guardSpec(row, written, facts);
  const parse = (spec: Readonly<Record<string, unknown>>): Parsed<S> =>
    row.spec.parse(spec, { path: [], findings: [], facts });
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ path }) => path);
  const remainder = row.remainder(written, errors, (spec) => parse(spec) !== invalid);
  return remainder === undefined ? invalid : parse(remainder);
}

/**
 * What is left of the spec of a policy that is wrong, if it guards something: those of its targets that can be read, and
 * nothing else. Its author does not want requests to get past it meanwhile.
 */
export function guardSpec<S>(row: KindRow<S>, written: Readonly<Record<string, unknown>>, facts: Facts): Parsed<S> {
  if (row.guards?.(Object.keys(written)) !== true) return invalid;
  const parse = (targets: Readonly<Record<string, unknown>>): Parsed<S> =>
    row.spec.parse({ ...targets, ...row.barrierFields }, { path: [], findings: [], facts });
  const readable = (field: 'targetRefs' | 'targetSelectors', all: unknown): readonly unknown[] =>
    Array.isArray(all) ? all.filter((one) => parse({ [field]: [one] }) !== invalid) : [];
  const { targetRef, targetRefs, targetSelectors } = written;
  const refs = [...readable('targetRefs', [targetRef]), ...readable('targetRefs', targetRefs)];
  const selectors = readable('targetSelectors', targetSelectors);
  return parse({
    ...(refs.length > 0 && { targetRefs: refs }),
    ...(selectors.length > 0 && { targetSelectors: selectors }),
  });
}
