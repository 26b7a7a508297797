import type { Resource } from './resource.ts';

/** The complete desired state for one group of clients (the Envoys and processors of one gateway). Never changed. */
export interface Snapshot {
  /** By type URL, then by resource name. A type without resources may be absent. */
  readonly resources: ReadonlyMap<string, ReadonlyMap<string, Resource>>;
}

export const emptySnapshot: Snapshot = { resources: new Map() };

/**
 * What `before` has as well comes back as the same objects, and a type in which nothing differs as the same map: so of
 * thousands of resources nobody looks again at those that have not changed.
 */
export function snapshotOf(resources: Iterable<Resource>, before: Snapshot = emptySnapshot): Snapshot {
  const byType = Map.groupBy(resources, ({ typeUrl }) => typeUrl);
  return { resources: new Map([...byType].map(([type, all]) => [type, byName(all, before.resources.get(type))])) };
}

const none: ReadonlyMap<string, Resource> = new Map();

function byName(resources: readonly Resource[], before = none): ReadonlyMap<string, Resource> {
  const now = new Map<string, Resource>();
  let hasOthers = false;
  for (const resource of resources) {
    const known = before.get(resource.name);
    const isKnown = known !== undefined && isSame(known, resource);
    hasOthers ||= !isKnown;
    now.set(resource.name, isKnown ? known : resource);
  }
  return hasOthers || now.size !== before.size ? now : before;
}

function isSame(a: Resource, b: Resource): boolean {
  if (a === b) return true;
  if (a.version !== b.version || a.origins.length !== b.origins.length) return false;
  return a.origins.every((origin, index) => origin === b.origins[index]);
}
