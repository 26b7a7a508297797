import type { Attachment, ParentReference } from '../../model/build/attachment.ts';
import { documentId } from '../../policy/document-id.ts';
import { objectId } from '../object-id.ts';
import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';
import { isGateway, type Ours } from './ours.ts';
import type { WatchedObject } from './outcome.ts';
import { referenceKey } from './references.ts';

/** Our Gateways that a route has been attached to. */
export function acceptedGateways(attachments: readonly Attachment[], ours: Ours): readonly ParentReference[] {
  const gateways = new Map<string, ParentReference>();
  for (const { parent, outcome } of attachments) {
    if (outcome !== 'accepted' || !isGateway(parent) || !ours.isOurs(parent)) continue;
    const { sectionName: _, port: __, ...gateway } = parent;
    gateways.set(referenceKey(gateway), gateway);
  }
  return [...gateways.values()];
}

/** What leads to a backend: by id of the backend, the ids of routes and of backends that name it. */
export type Leading = ReadonlyMap<string, readonly string[]>;

/** As it is written: who says something of a backend wants to hear of the Gateways whose routes name it. */
export function leadingTo(objects: readonly WatchedObject[]): Leading {
  const leading = new Map<string, string[]>();
  for (const watched of objects) {
    const named = namedBy[watched.kind];
    if (named === undefined) continue;
    const { defaultKind, refs } = named;
    const { metadata, spec } = watched.object;
    for (const ref of refs(fieldsOf(spec))) {
      const name = textOf(ref.name);
      if (name === undefined) continue;
      const namespace = textOf(ref.namespace) ?? metadata.namespace ?? '';
      const backend = documentId(textOf(ref.kind) ?? defaultKind, namespace, name);
      const known = leading.get(backend);
      if (known === undefined) leading.set(backend, [objectId(watched.kind, watched.object)]);
      else known.push(objectId(watched.kind, watched.object));
    }
  }
  return leading;
}

interface Naming {
  readonly defaultKind: string;
  refs(spec: Fields): readonly Fields[];
}

const ofRules = (spec: Fields): readonly Fields[] => listOf(spec.rules).flatMap((rule) => listOf(rule.backendRefs));

const namedBy: Readonly<Record<string, Naming>> = {
  HTTPRoute: { defaultKind: 'Service', refs: ofRules },
  AIGatewayRoute: { defaultKind: 'AIServiceBackend', refs: ofRules },
  AIServiceBackend: { defaultKind: 'Service', refs: (spec) => [fieldsOf(spec.backendRef)] },
};

/** The Gateways of all routes that lead there, by way of other backends or not. */
export function gatewaysBehind(
  target: ParentReference,
  leading: Leading,
  gatewaysOf: (route: string) => readonly ParentReference[],
): readonly ParentReference[] {
  const ids = new Set([documentId(target.kind, target.namespace, target.name)]);
  // A set goes on with what is added while it is walked.
  for (const id of ids) for (const further of leading.get(id) ?? []) ids.add(further);
  const gateways = [...ids].flatMap((id) => gatewaysOf(id));
  return [...new Map(gateways.map((gateway) => [referenceKey(gateway), gateway])).values()];
}
