import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Resource } from './resource.ts';

/** The complete desired state for one group of clients (the Envoys and processors of one gateway). Never changed. */
export interface Snapshot {
  /** By type URL, then by resource name. A type without resources may be absent. */
  readonly resources: ReadonlyMap<string, ReadonlyMap<string, Resource>>;
}

export const emptySnapshot: Snapshot = { resources: new Map() };

export function snapshotOf(resources: Iterable<Resource>): Snapshot {
  const byType = new Map<string, Map<string, Resource>>();
  for (const resource of resources) {
    getOrCreate(byType, resource.typeUrl, () => new Map<string, Resource>()).set(resource.name, resource);
  }
  return { resources: byType };
}
