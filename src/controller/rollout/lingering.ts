import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { resourceKey } from './refusal.ts';

export interface LingeringOptions {
  /**
   * How long Envoy keeps a cluster that no program names any more. A request that was planned before may still reach
   * its second attempt, and a retry to an unknown cluster ends in 503.
   */
  readonly lingerMs: number;
  /** Milliseconds. */
  now(): number;
}

export interface Lingering {
  /** `next`, and of what is out and it leaves out, what may not go yet. What was refused goes at once. */
  keep(next: Snapshot, out: Snapshot, isRefused: (key: string) => boolean): Snapshot;
  /** How long until the first of what stays may go; undefined: nothing stays. */
  restMs(): number | undefined;
}

/** Clusters, and what belongs to them. */
const lingeringTypes: readonly string[] = [typeUrls.cluster, typeUrls.endpoint, typeUrls.secret];

/** Removed clusters that stay for a while. */
export function createLingering({ lingerMs, now }: LingeringOptions): Lingering {
  /** When they may go, by resource key. */
  const ends = new Map<string, number>();

  function staysUntil(key: string, time: number): number {
    const end = ends.get(key) ?? time + lingerMs;
    ends.set(key, end);
    return end;
  }

  return {
    keep(next, out, isRefused) {
      const time = now();
      const stay: Resource[] = [];
      const going = new Set<string>();
      for (const type of lingeringTypes) {
        for (const resource of out.resources.get(type)?.values() ?? []) {
          const key = resourceKey(resource);
          const isGoing = !next.resources.get(type)?.has(resource.name) && !isRefused(key);
          if (!isGoing) continue;
          going.add(key);
          if (staysUntil(key, time) > time) stay.push(resource);
        }
      }
      // One whose time is over is out until its turn comes: forgotten before that, it would begin anew.
      for (const key of ends.keys()) if (!going.has(key)) ends.delete(key);
      return stay.length === 0 ? next : withResources(next, stay);
    },
    restMs() {
      const time = now();
      const rest = [...ends.values()].filter((end) => end > time);
      return rest.length === 0 ? undefined : Math.min(...rest) - time;
    },
  };
}

function withResources(snapshot: Snapshot, more: readonly Resource[]): Snapshot {
  const resources = new Map(snapshot.resources);
  for (const [type, ofType] of Map.groupBy(more, ({ typeUrl }) => typeUrl)) {
    const named = ofType.map((resource) => [resource.name, resource] as const);
    resources.set(type, new Map([...(snapshot.resources.get(type) ?? []), ...named]));
  }
  return { resources };
}
