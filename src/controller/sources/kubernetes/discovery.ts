import { getOrCreate } from '../../../lib/get-or-create.ts';
import { type LabelSelector, selects } from '../../../policy/gateway-api/label-selector.ts';
import type { Labels } from './namespaces.ts';
import type { KindObject } from './snapshot.ts';

/** Policy is read from every namespace that one of the selectors selects; without any, from all. */
export function isDiscovered(selectors: readonly LabelSelector[], labels: Labels | undefined): boolean {
  return selectors.length === 0 || selectors.some((selector) => selects(selector, labels));
}

/** Those of the objects that stand in such a namespace, or in none. */
export function* discovered(
  objects: Iterable<KindObject>,
  selectors: readonly LabelSelector[],
  labelsOf: (namespace: string) => Labels | undefined,
): Generator<KindObject> {
  const verdicts = new Map<string, boolean>();
  for (const each of objects) {
    const { namespace } = each.object.metadata;
    const isWanted =
      namespace === undefined || getOrCreate(verdicts, namespace, () => isDiscovered(selectors, labelsOf(namespace)));
    if (isWanted) yield each;
  }
}
