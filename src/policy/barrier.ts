import type { KindRow } from './kind-row.ts';
import { isMap } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import type { Place } from './schema/place.ts';

/** Where a policy says what it is for. */
export const targetFieldNames = ['targetRef', 'targetRefs', 'targetSelectors'] as const;

/**
 * What is left of the spec of a policy that is wrong, if it guards something: those of its targets that can be read, and
 * nothing else. Its author does not want requests to get past it meanwhile.
 */
export function barrierSpec<S>(row: KindRow<S>, written: unknown, { facts }: Pick<Place, 'facts'>): Parsed<S> {
  if (!isMap(written) || row.guards?.(Object.keys(written)) !== true) return invalid;
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
