/** Gateway API's ReferenceGrant: the owner of something says who of other namespaces may refer to it. */
export interface Grant {
  readonly namespace: string;
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  /** Without a name: every object of the kind. */
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
}

/** A kind of something, and where it lives. */
export interface Place {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
}

/** Within a namespace nobody has to be asked. */
export function isGranted(grants: readonly Grant[], from: Place, to: Place & { readonly name: string }): boolean {
  if (from.namespace === to.namespace) return true;
  return grants.some(
    (grant) =>
      grant.namespace === to.namespace &&
      grant.from.some(
        (one) => one.group === from.group && one.kind === from.kind && one.namespace === from.namespace,
      ) &&
      grant.to.some(
        (one) => one.group === to.group && one.kind === to.kind && (one.name === undefined || one.name === to.name),
      ),
  );
}
