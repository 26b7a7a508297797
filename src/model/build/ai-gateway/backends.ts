import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { Provider } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import { type AiBackendDocument, byTarget, type Named, named } from '../documents.ts';
import { buildBackend } from './backend.ts';
import { attachedCredentials, hasNamedPolicy, warnOfIdleCredentials } from './credential/attached.ts';

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
  const security = named(documents, 'BackendSecurityPolicy');
  for (const policy of [...security.all, ...named(documents, 'QuotaPolicy').all]) {
    for (const [index, { name }] of policy.spec.targetRefs.entries()) {
      if (all.get(policy.namespace, name) !== undefined) continue;
      const message = `AIServiceBackend "${qualifiedName(policy.namespace, name)}" does not exist or is refused`;
      context.reject(policy, `spec.targetRefs[${index}]`, message, 'check the name, or add it', 'TargetNotFound');
    }
  }
  warnOfIdleCredentials(security.all, all.all, context);
  const surroundings = {
    backends: named(documents, 'Backend'),
    security: attachedCredentials(all.all, security),
    tls: byTarget(named(documents, 'BackendTLSPolicy').all),
    taken,
  };
  const providers = new Map<string, Provider>();
  for (const document of all.all) {
    if (!hasNamedPolicy(document, security, context)) continue;
    const provider = buildBackend(document, surroundings, context);
    if (provider !== undefined) providers.set(document.id, provider);
  }
  return { documents: all, providers };
}
