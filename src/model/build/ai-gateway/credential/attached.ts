import { qualifiedName } from '../../../../policy/document-id.ts';
import type { BuildContext } from '../../context.ts';
import {
  type AiBackendDocument,
  type BackendSecurityDocument,
  byTarget,
  type Named,
  type Targeting,
  targetKey,
} from '../../documents.ts';

export type AttachedCredentials = ReadonlyMap<string, readonly Targeting<BackendSecurityDocument>[]>;

/**
 * BackendSecurityPolicies by the AIServiceBackend that they are for, the one in force first: they name it, or it names
 * one of them, which then goes before all that name it. What it names and is not there is absent.
 */
export function attachedCredentials(
  backends: readonly AiBackendDocument[],
  policies: Named<BackendSecurityDocument>,
): AttachedCredentials {
  const attached = new Map(byTarget(policies.all));
  for (const { namespace, name, spec } of backends) {
    const ref = spec.backendSecurityPolicyRef;
    if (ref === undefined) continue;
    const key = targetKey('AIServiceBackend', namespace, name);
    const policy = policies.get(namespace, ref.name);
    attached.set(key, policy === undefined ? [] : [{ policy, path: 'spec' }, ...(attached.get(key) ?? [])]);
  }
  return attached;
}

/** Whether a backend has the policy that it names, if it names one. Without it every request would end in a 401. */
export function hasNamedPolicy(
  document: AiBackendDocument,
  policies: Named<BackendSecurityDocument>,
  context: BuildContext,
): boolean {
  const { namespace, spec } = document;
  const ref = spec.backendSecurityPolicyRef;
  if (ref === undefined || policies.get(namespace, ref.name) !== undefined) return true;
  const message = `BackendSecurityPolicy "${qualifiedName(namespace, ref.name)}" does not exist or is refused`;
  context.reject(document, 'spec.backendSecurityPolicyRef', message, 'check the name, or add it', 'TargetNotFound');
  return false;
}

/** A credential that is used nowhere was meant for some backend. */
export function warnOfIdleCredentials(
  policies: readonly BackendSecurityDocument[],
  backends: readonly AiBackendDocument[],
  context: BuildContext,
): void {
  const named = new Set(
    backends.flatMap(({ namespace, spec: { backendSecurityPolicyRef: ref } }) =>
      ref === undefined ? [] : [qualifiedName(namespace, ref.name)],
    ),
  );
  for (const policy of policies) {
    if (policy.spec.targetRefs.length > 0 || named.has(qualifiedName(policy.namespace, policy.name))) continue;
    const message = 'names no backend, so that its credential is used nowhere';
    context.warn(policy, 'spec.targetRefs', message, 'name the AIServiceBackends that it is for', 'TargetNotFound');
  }
}
