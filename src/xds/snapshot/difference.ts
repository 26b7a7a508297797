import type { Resource } from './resource.ts';
import type { Snapshot } from './snapshot.ts';

export interface Difference {
  readonly added: readonly Resource[];
  readonly changed: readonly Resource[];
  readonly removed: readonly Resource[];
}

const none: ReadonlyMap<string, Resource> = new Map();

/** What leads from one state to another, by type URL. Types without any difference are absent. */
export function difference(before: Snapshot, after: Snapshot): ReadonlyMap<string, Difference> {
  const differences = new Map<string, Difference>();
  for (const typeUrl of new Set([...before.resources.keys(), ...after.resources.keys()])) {
    const found = typeDifference(before.resources.get(typeUrl) ?? none, after.resources.get(typeUrl) ?? none);
    if (found !== undefined) differences.set(typeUrl, found);
  }
  return differences;
}

function typeDifference(
  before: ReadonlyMap<string, Resource>,
  after: ReadonlyMap<string, Resource>,
): Difference | undefined {
  if (before === after) return undefined;
  const added: Resource[] = [];
  const changed: Resource[] = [];
  for (const resource of after.values()) {
    const old = before.get(resource.name);
    if (old === undefined) added.push(resource);
    else if (old !== resource && old.version !== resource.version) changed.push(resource);
  }
  const removed = [...before.values()].filter((resource) => !after.has(resource.name));
  return added.length + changed.length + removed.length === 0 ? undefined : { added, changed, removed };
}

/**
 * The same state as `after`, with the maps of `before` for every type that has not changed. Streams recognise an
 * unchanged type by its map, so that publishing one changed key does not compare five thousand clusters per stream.
 */
export function keepUnchanged(before: Snapshot, after: Snapshot): Snapshot {
  const differences = difference(before, after);
  const resources = new Map(
    [...after.resources].map(([typeUrl, ofType]) => [
      typeUrl,
      differences.has(typeUrl) ? ofType : (before.resources.get(typeUrl) ?? ofType),
    ]),
  );
  return { resources };
}
