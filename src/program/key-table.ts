import type { Key } from './program.ts';

/** A copy with the changes. Copying ten thousand entries takes less time than one of their hashes being wrong. */
export function withKeys(
  before: ReadonlyMap<string, Key>,
  all: ReadonlyMap<string, Key>,
  changed: readonly Key[],
  gone: readonly Key[],
): ReadonlyMap<string, Key> {
  const after = new Map(before);
  for (const { name, sha256 } of gone) if (after.get(sha256)?.name === name) after.delete(sha256);
  for (const key of changed) {
    const holder = after.get(key.sha256);
    // A renamed key is there twice for a moment. The same name wins in whatever order the two arrive.
    if (holder === undefined || key.name <= holder.name) after.set(key.sha256, key);
  }
  for (const { sha256 } of gone) {
    if (after.has(sha256)) continue;
    for (const key of all.values()) {
      const holder = after.get(sha256);
      if (key.sha256 === sha256 && (holder === undefined || key.name < holder.name)) after.set(sha256, key);
    }
  }
  return after;
}
