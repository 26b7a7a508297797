import type { AuditedCall } from './audit.ts';
import type { Manifest } from './chart.ts';

/** One verb on one resource. */
export interface Grant {
  /** Empty: everywhere. */
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** Empty: all. */
  readonly names: readonly string[];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** All that these manifests permit to whomever their bindings name: in the chart there is only one. */
export function grantsIn(manifests: readonly Manifest[]): readonly Grant[] {
  return manifests
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .flatMap(({ kind, metadata, roleRef }) => {
      const { kind: roleKind, name } = roleRef as { readonly kind: string; readonly name: string };
      const role = manifests.find(
        (each) =>
          each.kind === roleKind &&
          each.metadata.name === name &&
          (roleKind === 'ClusterRole' || each.metadata.namespace === metadata.namespace),
      );
      if (role === undefined) throw new Error(`${kind} ${metadata.name} names a role that is not there`);
      const namespace = kind === 'RoleBinding' ? (metadata.namespace ?? '') : '';
      return (role.rules as readonly Rule[]).flatMap((rule) => grantsOf(rule, namespace));
    });
}

function grantsOf({ apiGroups, resources, verbs, resourceNames = [] }: Rule, namespace: string): readonly Grant[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.map((verb): Grant => ({ namespace, group, resource, verb, names: resourceNames })),
    ),
  );
}

export function permits({ namespace, group, resource, verb, names }: Grant, call: AuditedCall): boolean {
  return (
    (namespace === '' || namespace === call.namespace) &&
    group === call.group &&
    resource === call.resource &&
    verb === call.verb &&
    (names.length === 0 || names.includes(call.name))
  );
}

/** `patch gateways.gateway.networking.k8s.io/status in sluice-dataplane` */
export function grantText({ namespace, group, resource, verb, names }: Grant): string {
  const what = group === '' ? resource : `${resource} of ${group}`;
  return [`${verb} ${what}`, names.join(), namespace && `in ${namespace}`].filter((part) => part !== '').join(' ');
}
