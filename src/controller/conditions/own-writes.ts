import type { KubeObject } from '../../kube/object.ts';
import type { WatchedObject } from './outcome.ts';
import { objectId } from './statuses.ts';

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

export function createOwnWrites(): OwnWrites {
  const writes = new Map<string, { readonly over: KubeObject['metadata']; readonly answer: KubeObject }>();
  return {
    newest(watched) {
      const id = objectId(watched);
      const write = writes.get(id);
      if (write === undefined) return watched;
      const { uid, resourceVersion } = watched.object.metadata;
      if (uid === write.over.uid && resourceVersion === write.over.resourceVersion) {
        const metadata = { ...watched.object.metadata, ...versionOf(write.answer) };
        return { ...watched, object: { ...watched.object, metadata, status: write.answer.status } };
      }
      writes.delete(id);
      return watched;
    },
    written(over, answer) {
      const id = objectId(over);
      // Over an own write that has not come back either: the watch still shows the version before both.
      const first = writes.get(id);
      const isSecond =
        first !== undefined && over.object.metadata.resourceVersion === first.answer.metadata.resourceVersion;
      writes.set(id, { over: isSecond ? first.over : over.object.metadata, answer });
    },
    keepOnly(ids) {
      for (const id of writes.keys()) if (!ids.has(id)) writes.delete(id);
    },
  };
}

function versionOf({ metadata: { resourceVersion } }: KubeObject) {
  return resourceVersion === undefined ? {} : { resourceVersion };
}
