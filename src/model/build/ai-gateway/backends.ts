import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Provider } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import { type AiBackendDocument, byTarget, type Named, named } from '../documents.ts';
import { buildBackend } from './backend.ts';

export interface BuiltBackends {
  readonly documents: Named<AiBackendDocument>;
  /** By the id of their AIServiceBackend; those that could not be built are absent. */
  readonly providers: ReadonlyMap<string, Provider>;
}

/** `taken`: names of `Provider` documents. */
export function buildBackends(
  documents: readonly PolicyDocument[],
  taken: ReadonlySet<string>,
  context: BuildContext,
): BuiltBackends {
  const all = named(documents, 'AIServiceBackend');
  const security = named(documents, 'BackendSecurityPolicy').all;
  for (const policy of [...security, ...named(documents, 'QuotaPolicy').all]) {
    for (const [index, { name }] of policy.spec.targetRefs.entries()) {
      if (all.get(policy.namespace, name) !== undefined) continue;
      const message = `AIServiceBackend "${qualifiedName(policy.namespace, name)}" does not exist or is refused`;
      context.reject(policy, `spec.targetRefs[${index}]`, message, 'check the name, or add it', 'TargetNotFound');
    }
  }
  for (const policy of security) {
    if (policy.spec.targetRefs.length > 0) continue;
    const message = 'names no backend, so that its credential is used nowhere';
    context.warn(policy, 'spec.targetRefs', message, 'name the AIServiceBackends that it is for', 'TargetNotFound');
  }
  const surroundings = {
    backends: named(documents, 'Backend'),
    security: byTarget(security),
    tls: byTarget(named(documents, 'BackendTLSPolicy').all),
    taken,
  };
  const providers = new Map<string, Provider>();
  for (const document of all.all) {
    const provider = buildBackend(document, surroundings, context);
    if (provider !== undefined) providers.set(document.id, provider);
  }
  return { documents: all, providers };
}
