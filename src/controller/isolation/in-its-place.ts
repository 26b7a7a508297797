import type { PolicyDocument } from '../../policy/document.ts';
import { guardInPlaceOf } from '../../policy/guard-in-place.ts';
import { type Kind, kinds } from '../../policy/kinds.ts';

/**
 * What is in force in place of a document that clients refuse; nothing, where it is left out. A guard is never left out:
 * where no version of it can be in force, nobody gets past it. `isRefusedToo`: they refuse what stood in for it, too, such
 * as the matches of a route.
 */
export function inItsPlace(
  document: PolicyDocument,
  older: PolicyDocument | undefined,
  isRefusedToo: boolean,
): PolicyDocument | undefined {
  if (older !== undefined && !isRefusedToo) return older;
  const guard = guardInPlaceOf(document);
  if (guard !== undefined) return guard;
  return document.kind === 'HTTPRoute' && !isRefusedToo ? closedRoute(document) : undefined;
}

/** Without its own infrastructure nothing is served at all, so that only an older version of it helps. */
export function canBeHeldBack({ kind }: PolicyDocument, older: PolicyDocument | undefined): boolean {
  return older !== undefined || routes.has(kind) || kinds[kind].statusPer === 'ancestor';
}

const routes: ReadonlySet<Kind> = new Set(['HTTPRoute', 'AIGatewayRoute', 'Model']);

type HttpRoute = Extract<PolicyDocument, { readonly kind: 'HTTPRoute' }>;

/** A rule without backends answers 500, so that what it is for does not fall to a broader one. */
function closedRoute(document: HttpRoute): HttpRoute {
  const rules = document.spec.rules.map((rule) => ({ ...rule, filters: [], backendRefs: [] }));
  return { ...document, spec: { ...document.spec, rules } };
}
