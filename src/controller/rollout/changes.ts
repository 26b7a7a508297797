import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../xds/snapshot/snapshot.ts';

export interface Change {
  readonly before: Resource | undefined;
  readonly after: Resource;
}

/** What of these types is new or another object. Maps that are the same are not looked through. */
export function changesBetween(before: Snapshot, after: Snapshot, types: readonly string[]): readonly Change[] {
  return types.flatMap((type) => {
    const had = before.resources.get(type);
    if (had === after.resources.get(type)) return [];
    return [...(after.resources.get(type)?.values() ?? [])]
      .map((resource) => ({ before: had?.get(resource.name), after: resource }))
      .filter((change) => change.before !== change.after);
  });
}

/** Whether something of these types is there before and not after. */
export function isSomethingGone(before: Snapshot, after: Snapshot, types: readonly string[]): boolean {
  return types.some((type) => {
    const had = before.resources.get(type);
    const has = after.resources.get(type);
    if (had === undefined || had === has) return false;
    return [...had.keys()].some((name) => !has?.has(name));
  });
}
