import { getOrCreate } from '../../lib/get-or-create.ts';
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
  const byType = new Map<string, Map<string, Resource>>();
  for (const resource of resources) {
    const known = before.resources.get(resource.typeUrl)?.get(resource.name);
    const kept = known !== undefined && isSame(known, resource) ? known : resource;
    getOrCreate(byType, resource.typeUrl, () => new Map<string, Resource>()).set(resource.name, kept);
  }
  return {
    resources: new Map([...byType].map(([type, ofType]) => [type, sameMap(before.resources.get(type), ofType)])),
  };
}

function isSame(a: Resource, b: Resource): boolean {
  if (a === b) return true;
  if (a.version !== b.version || a.origins.length !== b.origins.length) return false;
  return a.origins.every((origin, index) => origin === b.origins[index]);
}

function sameMap(before: OfType | undefined, now: OfType): OfType {
  if (before?.size !== now.size) return now;
  for (const [name, resource] of now) if (before.get(name) !== resource) return now;
  return before;
}

type OfType = ReadonlyMap<string, Resource>;
