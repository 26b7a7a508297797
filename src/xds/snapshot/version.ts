import { getOrCreate } from '../../lib/get-or-create.ts';
import { combinedVersion, contentVersion } from '../../lib/hash.ts';

export { contentVersion };

/** Anything that has a name and a version: a resource, or what is known of one. */
export interface Versioned {
  readonly name: string;
  readonly version: string;
}

const collections = new WeakMap<ReadonlyMap<string, Versioned>, string>();

/**
 * Version of all resources of a type together: the `version_info` of state-of-the-world answers. Kept per map, since
 * every stream asks for it.
 */
export function collectionVersion(resources: ReadonlyMap<string, Versioned>): string {
  return getOrCreate(collections, resources, () => versionOf(resources.values()));
}

/** Version of some resources together: a function of their names and contents, in whatever order they came. */
export function versionOf(resources: Iterable<Versioned>): string {
  return combinedVersion(Array.from(resources, ({ name, version }) => `${version} ${name}`).sort());
}
