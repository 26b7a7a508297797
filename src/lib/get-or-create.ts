interface Mapping<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/** The value of a key, made and kept on first use. */
export function getOrCreate<K, V>(mapping: Mapping<K, V>, key: K, create: () => V): V {
  const known = mapping.get(key);
  if (known !== undefined) return known;
  const created = create();
  mapping.set(key, created);
  return created;
}
