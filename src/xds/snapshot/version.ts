import { contentVersion } from '../../lib/hash.ts';

export { contentVersion };

/** Anything that has a name and a version: a resource, or what is known of one. */
export interface Versioned {
  readonly name: string;
  readonly version: string;
}

const collections = new WeakMap<ReadonlyMap<string, Versioned>, string>();

/**
 * Version of all resources of a type together: the `version_info` of state-of-the-world answers. Does not depend on the
 * order in which they were built. Kept per map, since every stream asks for it.
 */
export function collectionVersion(resources: ReadonlyMap<string, Versioned>): string {
  const known = collections.get(resources);
  if (known !== undefined) return known;
  const lines = [...resources.values()].map(({ name, version }) => `${name.length}:${name}=${version}\n`).sort();
  const version = contentVersion(lines.join(''));
  collections.set(resources, version);
  return version;
}
