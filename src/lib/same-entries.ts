/** Whether both hold the same values, by identity, under the same keys. */
export function hasSameEntries<K, V>(a: ReadonlyMap<K, V> | undefined, b: ReadonlyMap<K, V>): boolean {
  return a?.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}
