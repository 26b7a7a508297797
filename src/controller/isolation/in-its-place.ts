import type { PolicyDocument } from '../../policy/document.ts';
import { guardInPlaceOf } from '../../policy/guard-in-place.ts';
import { type Kind, kinds } from '../../policy/kinds.ts';

/** How a document is held back of which nothing older is known. */
export type Form =
  /** Requests that a route is for are answered with 500. */
  | 'closed'
  /** Its matches may be what is refused: others answer what it is for. */
  | 'out';

/**
 * What is in force in place of a document that is held back; nothing, where it is left out. A guard is never left out:
 * where no version of it can be in force, nobody gets past it.
 */
export function inItsPlace(
  document: PolicyDocument,
  older: PolicyDocument | undefined,
  form: Form,
): PolicyDocument | undefined {
  if (older !== undefined) return older;
  const guard = guardInPlaceOf(document);
  if (guard !== undefined) return guard;
  return document.kind === 'HTTPRoute' && form === 'closed' ? closedRoute(document) : undefined;
}

export function hasForms({ kind }: PolicyDocument, older: PolicyDocument | undefined): boolean {
  return kind === 'HTTPRoute' && older === undefined;
}

/** Without its own infrastructure nothing is served at all, so that only an older version of it helps. */
export function canBeHeldBack({ kind }: PolicyDocument, older: PolicyDocument | undefined): boolean {
  return older !== undefined || routes.has(kind) || kinds[kind].statusPer === 'ancestor';
}

const routes: ReadonlySet<Kind> = new Set(['HTTPRoute', 'AIGatewayRoute', 'Model']);

type HttpRoute = Extract<PolicyDocument, { readonly kind: 'HTTPRoute' }>;

/** A rule without backends answers 500. */
function closedRoute(document: HttpRoute): HttpRoute {
  const rules = document.spec.rules.map((rule) => ({ ...rule, filters: [], backendRefs: [] }));
  return { ...document, spec: { ...document.spec, rules } };
}
