import type { AiRouteDocument } from '../documents.ts';
import type { RecallableContext } from '../recall.ts';
import { modelHeader } from './match.ts';
import type { ResolvedRef } from './targets.ts';

/** Says of a rule which targets are left out because their dialect, or their credential, is not served yet. */
export function warnOfUnserved(
  route: AiRouteDocument,
  rule: number,
  refs: readonly ResolvedRef[],
  context: RecallableContext,
): void {
  for (const { ref, provider } of refs) {
    if (provider.isUnserved !== true) continue;
    const message = `AIServiceBackend "${ref.name}" is not served yet, so this target is left out`;
    const remedy = 'the rest of the rule is in force; see what is said of that backend';
    context.warn(route, `spec.rules[${rule}].backendRefs`, message, remedy, 'UnsupportedValue');
  }
}

/** By this annotation of an AIGatewayRoute the original lets a header of each request say who is asked first. */
const callersOrder = 'aigateway.envoyproxy.io/dynamic-fallback';

/** Says of annotations what becomes of them: no definition of a kind does. */
export function warnOfUnservedAnnotations(route: AiRouteDocument, context: RecallableContext): void {
  if (route.annotations[callersOrder] !== 'true') return;
  const message = 'is not served yet: callers do not choose the order of backends';
  const remedy = 'remove it; the priorities of the backends are in force';
  context.warn(route, `metadata.annotations.${callersOrder}`, message, remedy, 'UnsupportedValue');
}

/** Says of a rule that nobody is named who could answer. */
export function warnOfNoBackends(route: AiRouteDocument, rule: number, context: RecallableContext): void {
  if (route.spec.rules[rule]?.backendRefs.length !== 0) return;
  const message = 'is empty: nobody answers requests for this rule, they get 503';
  context.warn(route, `spec.rules[${rule}].backendRefs`, message, 'name a backend, or remove the rule');
}

/** A Model's own chain goes before that of a rule which says no more than the model. */
export function warnOfTakenModels(
  route: AiRouteDocument,
  taken: ReadonlyMap<string, string>,
  context: RecallableContext,
): void {
  for (const [index, { matches }] of route.spec.rules.entries()) {
    for (const { headers } of matches) {
      const [only, ...more] = headers;
      const isPlain = only?.name === modelHeader && only.type === 'Exact' && more.length === 0;
      const owner = isPlain ? taken.get(only.value) : undefined;
      if (only === undefined || owner === undefined) continue;
      const message = `"${only.value}" is also a model of ${owner}, whose chain answers`;
      context.warn(route, `spec.rules[${index}].matches`, message, 'remove one of them', 'Conflicted');
    }
  }
}
