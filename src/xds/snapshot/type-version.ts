import { combinedVersion } from '../../lib/hash.ts';
import type { Resource } from './resource.ts';

const versions = new WeakMap<ReadonlyMap<string, Resource>, string>();

/** Version of all resources of one type: a function of their names and contents, in whatever order they came. */
export function versionOfAll(resources: ReadonlyMap<string, Resource>): string {
  const known = versions.get(resources);
  if (known !== undefined) return known;
  const version = versionOf(resources.values());
  versions.set(resources, version);
  return version;
}

export function versionOf(resources: Iterable<Resource>): string {
  const lines = Array.from(resources, (resource) => `${resource.name}\n${resource.version}`).sort();
  return combinedVersion(lines);
}
