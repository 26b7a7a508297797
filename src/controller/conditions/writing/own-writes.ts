import type { KubeObject } from '../../../kube/object.ts';
import { objectId } from '../../object-id.ts';
import type { WatchedObject } from '../outcome.ts';

/**
 * What was written and has not come back through the watch yet: without it the same would be written again. A write is
 * accepted only over the version that it was made from, so whatever other version the watch shows is newer.
 */
export interface OwnWrites {
  /** The object with the newest status that is known of it. */
  newest(watched: WatchedObject): WatchedObject;
  written(over: WatchedObject, answer: KubeObject): void;
  /** Forgets what is no longer there. */
  keepOnly(ids: { has(id: string): boolean }): void;
}

interface OwnWrite {
  /** What the watch shows until the write comes back: the version before it, or one of our own on its way to it. */
  readonly over: readonly KubeObject['metadata'][];
  readonly object: KubeObject;
}

export function createOwnWrites(): OwnWrites {
  const writes = new Map<string, OwnWrite>();
  return {
    newest(watched) {
      if (writes.size === 0) return watched;
      const id = objectId(watched.kind, watched.object);
      const write = writes.get(id);
      if (write === undefined || write.object === watched.object) return watched;
      const { uid, resourceVersion } = watched.object.metadata;
      if (write.over.some((over) => over.uid === uid && over.resourceVersion === resourceVersion)) {
        return { ...watched, object: write.object };
      }
      writes.delete(id);
      return watched;
    },
    written({ kind, object }, answer) {
      const id = objectId(kind, object);
      // Over an own write that has not come back either: the watch still shows what was before both, or the first.
      const before = writes.get(id);
      const earlier = before?.object === object ? before.over : [];
      const metadata = { ...object.metadata, ...versionOf(answer) };
      writes.set(id, {
        over: [...earlier, object.metadata],
        object: { ...object, metadata, status: answer.status },
      });
    },
    keepOnly(ids) {
      for (const id of writes.keys()) if (!ids.has(id)) writes.delete(id);
    },
  };
}

function versionOf({ metadata: { resourceVersion } }: KubeObject) {
  return resourceVersion === undefined ? {} : { resourceVersion };
}
