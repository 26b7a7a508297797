import { type KubeObject, objectKey } from './object.ts';

export type Change =
  | { readonly kind: 'added'; readonly object: KubeObject }
  | { readonly kind: 'changed'; readonly object: KubeObject; readonly before: KubeObject }
  | { readonly kind: 'deleted'; readonly object: KubeObject };

/** The objects of one kind as last seen, and what each new sight of them changes. */
export interface ObjectCache {
  readonly objects: ReadonlyMap<string, KubeObject>;
  put(object: KubeObject): readonly Change[];
  remove(object: KubeObject): readonly Change[];
  /** These are all: what is not among them was deleted while nobody looked. */
  replaceAll(objects: Iterable<KubeObject>): readonly Change[];
}

export function createObjectCache(): ObjectCache {
  const objects = new Map<string, KubeObject>();

  function put(object: KubeObject): readonly Change[] {
    const key = objectKey(object);
    const before = objects.get(key);
    if (before !== undefined && isSame(before, object)) return [];
    objects.set(key, object);
    if (before === undefined) return [{ kind: 'added', object }];
    // Deleted and made again under its name: what followed from the old one must not live on.
    if (before.metadata.uid !== object.metadata.uid) {
      return [
        { kind: 'deleted', object: before },
        { kind: 'added', object },
      ];
    }
    return [{ kind: 'changed', object, before }];
  }

  return {
    objects,
    put,
    remove(object) {
      const key = objectKey(object);
      const before = objects.get(key);
      // The end of an object whose successor is known already says nothing about the successor.
      if (before === undefined || before.metadata.uid !== object.metadata.uid) return [];
      objects.delete(key);
      return [{ kind: 'deleted', object: before }];
    },
    replaceAll(listed) {
      const gone = new Map(objects);
      const changes: Change[] = [];
      for (const object of listed) {
        gone.delete(objectKey(object));
        changes.push(...put(object));
      }
      for (const [key, object] of gone) {
        objects.delete(key);
        changes.push({ kind: 'deleted', object });
      }
      return changes;
    },
  };
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion;
}
