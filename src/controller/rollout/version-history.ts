import type { Resource } from '../../xds/snapshot/resource.ts';
import { resourceKey } from './refusal.ts';

/**
 * What a refused version can go back to: of each resource that has changed, the version that some client had in force
 * last, and at most two newer ones of which nobody has said anything. What never changed has no entry.
 */
export interface VersionHistory {
  /** By resource key, in the order in which they are to be tried. */
  of(key: string): readonly Resource[];
  /** Some client had it in force. */
  isProven(resource: Resource): boolean;
  /** Something newer takes its place. */
  replaced(resource: Resource): void;
  /** It is nothing to go back to. */
  drop(key: string, version: string): void;
  keepOnly(isThere: (key: string, resource: Resource) => boolean): void;
}

interface Past {
  readonly proven: Resource | undefined;
  /** The last one, and the first of all since the proven one: edits that mend nothing may lie between them. */
  readonly unproven: readonly Resource[];
}

export function createVersionHistory(isAccepted: (resource: Resource) => boolean): VersionHistory {
  const pasts = new Map<string, Past>();

  function keep(key: string, past: Past): Past {
    if (past.proven === undefined && past.unproven.length === 0) pasts.delete(key);
    else pasts.set(key, past);
    return past;
  }

  /** A client may have answered what had been replaced by then. */
  function known(key: string): Past {
    const past = pasts.get(key) ?? { proven: undefined, unproven: [] };
    const at = past.unproven.findIndex(isAccepted);
    return at < 0 ? past : keep(key, { proven: past.unproven[at], unproven: past.unproven.slice(0, at) });
  }

  return {
    of(key) {
      const { proven, unproven } = known(key);
      return proven === undefined ? unproven : [proven, ...unproven];
    },
    isProven: (resource) => pasts.get(resourceKey(resource))?.proven?.version === resource.version,
    replaced(resource) {
      const key = resourceKey(resource);
      const { proven, unproven } = known(key);
      if (proven?.version === resource.version || isAccepted(resource)) {
        keep(key, { proven: resource, unproven: [] });
        return;
      }
      const others = unproven.filter(({ version }) => version !== resource.version);
      keep(key, { proven, unproven: [resource, ...others.slice(-1)] });
    },
    drop(key, version) {
      const past = pasts.get(key);
      if (past === undefined) return;
      keep(key, {
        proven: past.proven?.version === version ? undefined : past.proven,
        unproven: past.unproven.filter((each) => each.version !== version),
      });
    },
    keepOnly(isThere) {
      for (const [key, { proven, unproven }] of pasts) {
        const resource = proven ?? unproven[0];
        if (resource !== undefined && !isThere(key, resource)) pasts.delete(key);
      }
    },
  };
}
