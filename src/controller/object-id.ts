import type { KubeObject } from '../kube/object.ts';
import { documentId } from '../policy/document-id.ts';

const ids = new WeakMap<KubeObject, string>();

/** The id of the document that an object is. Asked of thousands of objects after each change, so made once for each. */
export function objectId(kind: string, object: KubeObject): string {
  const known = ids.get(object);
  if (known !== undefined) return known;
  const { namespace = '', name } = object.metadata;
  const id = documentId(kind, namespace, name);
  ids.set(object, id);
  return id;
}
