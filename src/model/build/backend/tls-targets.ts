import { qualifiedName } from '../../../policy/document-id.ts';
import type { BuildContext } from '../context.ts';
import type { BackendDocument, BackendTlsDocument, Named } from '../documents.ts';

type Target = BackendTlsDocument['spec']['targetRefs'][number];

/** A policy for nothing leaves what was meant in plain text, and nobody else would notice. */
export function rejectTlsForNothing(
  policies: readonly BackendTlsDocument[],
  backends: Named<BackendDocument>,
  context: BuildContext,
): void {
  for (const policy of policies) {
    for (const [index, target] of policy.spec.targetRefs.entries()) {
      const missing =
        target.kind === 'Backend'
          ? missingBackend(policy.namespace, target, backends)
          : missingService(policy.namespace, target, context);
      if (missing === undefined) continue;
      context.reject(policy, `spec.targetRefs[${index}]`, missing, 'check the name, or add it', 'TargetNotFound');
    }
  }
}

function missingBackend(
  namespace: string,
  { name, sectionName }: Target,
  backends: Named<BackendDocument>,
): string | undefined {
  const called = `Backend "${qualifiedName(namespace, name)}"`;
  if (backends.get(namespace, name) === undefined) return `${called} does not exist or is refused`;
  return sectionName === undefined ? undefined : `${called} has no parts, so no "${sectionName}"`;
}

/** What could not be looked at may be there. */
function missingService(
  namespace: string,
  { name, sectionName }: Target,
  { surroundings }: BuildContext,
): string | undefined {
  const called = `Service "${qualifiedName(namespace, name)}"`;
  const service = surroundings.service(namespace, name);
  if (service === undefined) return surroundings.lacksService(namespace, name) ? `${called} does not exist` : undefined;
  if (sectionName === undefined || service.ports.some((port) => port.name === sectionName)) return undefined;
  return `${called} has no port with the name "${sectionName}"`;
}
