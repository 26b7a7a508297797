/** Where a document lives that does not say it, in a folder as for `kubectl apply`. */
export const defaultNamespace = 'default';

/**
 * How people and messages call a document: `Model/small`, and `Model/team-a/small` outside the default namespace. Kinds
 * without a namespace have the empty one.
 */
export function documentId(kind: string, namespace: string, name: string): string {
  return `${kind}/${qualifiedName(namespace, name)}`;
}

/** A name that is unique among all documents of a kind: what providers, keys and gateways are called in the model. */
export function qualifiedName(namespace: string, name: string): string {
  return namespace === '' || namespace === defaultNamespace ? name : `${namespace}/${name}`;
}
