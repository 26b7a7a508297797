/**
 * Names of keys. They begin with a version, so that replicas of two versions can run side by side without reading each
 * other's figures. The braces are a hash tag: all keys of one partition (a tenant) are in one slot of a Cluster, since a
 * script may touch one slot only; a Cluster therefore spreads tenants over its nodes, not the counters of one.
 */
export interface RedisKeys {
  counter(key: string): string;
  reservation(id: string): string;
  /** Of a counter's Redis key. */
  counterKeyOf(redisKey: string): string;
  /** For SCAN. */
  counterPattern(prefix: string): string;
}

const layoutVersion = 3;

export function redisKeys(prefix: string, partition: string): RedisKeys {
  const base = `${prefix}:${layoutVersion}:{${partition}}`;
  const counters = `${base}:c:`;
  return {
    counter: (key) => counters + key,
    reservation: (id) => `${base}:r:${id}`,
    counterKeyOf: (redisKey) => redisKey.slice(counters.length),
    counterPattern: (start) => `${escapeGlob(counters + start)}*`,
  };
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, (character) => `\\${character}`);
}
