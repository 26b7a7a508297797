import type { AiBackendRef } from '../../../policy/ai-gateway/ai-gateway-route.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import { aiGatewayGroup } from '../../../policy/gateway-api/name.ts';
import type { Provider } from '../../provider.ts';
import type { Target } from '../../route.ts';
import type { AiRouteDocument } from '../documents.ts';
import { mayReferTo } from '../grants/permission.ts';
import type { RecallableContext } from '../recall.ts';
import type { BuiltBackends } from './backends.ts';
import { requestChanges } from './mutation.ts';

const backendKind = 'AIServiceBackend';

/** A reference that leads somewhere. */
export interface ResolvedRef {
  readonly ref: AiBackendRef;
  readonly provider: Provider;
}

/** Those of a rule that requests can be sent to. What is wrong with the others is said; the rest of the chain stays. */
export function resolveRefs(
  document: AiRouteDocument,
  rule: number,
  refs: readonly AiBackendRef[],
  backends: BuiltBackends,
  context: RecallableContext,
): readonly ResolvedRef[] {
  return refs.flatMap((ref, index): ResolvedRef[] => {
    const namespace = ref.namespace ?? document.namespace;
    const path = `spec.rules[${rule}].backendRefs[${index}]`;
    const { kind = backendKind, group = aiGatewayGroup } = ref;
    if (kind !== backendKind || group !== aiGatewayGroup) {
      const message = `${kind} of ${group} is no AIServiceBackend, so this target is left out`;
      const remedy = 'name an AIServiceBackend, without group and kind';
      context.reject(document, `${path}.kind`, message, remedy, 'InvalidKind');
      return [];
    }
    const place = { group, kind, namespace, name: ref.name };
    if (!mayReferTo(document, path, place, context)) return [];
    const name = qualifiedName(namespace, ref.name);
    const backend = backends.documents.get(namespace, ref.name);
    if (backend === undefined) {
      const message = `AIServiceBackend "${name}" does not exist or is refused, so this target is left out`;
      context.reject(document, path, message, 'check the name, or add it', 'BackendNotFound');
      return [];
    }
    const provider = backends.providers.get(backend.id);
    if (provider === undefined) {
      const message = `AIServiceBackend "${name}" is not usable, so this target is left out`;
      context.reject(document, path, message, 'see what is said of that backend', 'InvalidBackend');
      return [];
    }
    return [{ ref, provider }];
  });
}

/** Priority by priority, as written within one. Drained ones, and those whose dialect nobody speaks yet, get nothing. */
export function targetsOf(refs: readonly ResolvedRef[]): readonly Target[] {
  return refs
    .filter(({ ref, provider }) => ref.weight > 0 && provider.isUnserved !== true)
    .map(({ ref, provider }): Target => {
      const changes = requestChanges(ref.headerMutation, ref.bodyMutation);
      return {
        provider: provider.name,
        ...(ref.modelNameOverride !== undefined && { model: ref.modelNameOverride }),
        priority: ref.priority,
        weight: ref.weight,
        ...(changes && { changes }),
      };
    })
    .sort((a, b) => a.priority - b.priority);
}
