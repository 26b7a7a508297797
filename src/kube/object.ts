/** A kind as the API server knows it. No type per kind: whoever reads an object says what is expected in it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Where objects of a kind are. Without a namespace: everywhere, or the kind has none. */
export interface Place extends Resource {
  readonly namespace?: string;
}

export interface ObjectRef extends Place {
  readonly name: string;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** Opaque: to be compared for equality only. */
  readonly resourceVersion?: string;
  /** Grows with every change of the spec, not with changes of labels, annotations or status. */
  readonly generation?: number;
  readonly labels?: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly unknown[];
  readonly finalizers?: readonly string[];
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  /** `spec`, `status`, `data` and whatever else the kind has. */
  readonly [field: string]: unknown;
}

/** Of an object that goes when that one goes. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Unique among the objects of one kind. */
export function objectKey({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The path of a collection or an object, with a subresource if wanted. */
export function pathOf(place: Place & { readonly name?: string }, subresource?: string): string {
  const { group, version, plural, namespace, name } = place;
  const root = group === '' ? ['api', version] : ['apis', group, version];
  const scope = namespace === undefined ? [] : ['namespaces', namespace];
  const parts = [...root, ...scope, plural, name, subresource].filter((part) => part !== undefined);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}
