import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { canBeHeldBack } from './in-its-place.ts';

export type DocumentsById = ReadonlyMap<string, PolicyDocument>;

export interface Evidence {
  readonly gateway: GatewayModel;
  readonly written: DocumentsById;
  /** What was in force when the tables of the gateway were accepted last. */
  readonly proven: DocumentsById | undefined;
  olderOf(document: PolicyDocument): PolicyDocument | undefined;
}

/**
 * Groups of documents one of which may be why clients refuse a route table of the gateway, in the order in which they are to
 * be tried: who has changed since the tables were accepted, most likely; then the ordinary routes, which say most of what
 * stands in a table; then whoever has a part in it.
 */
export function suspectsOf({ gateway, written, proven, olderOf }: Evidence): readonly (readonly string[])[] {
  const ofRoutes = new Set(gateway.services.routes.flatMap(({ origins }) => origins));
  const all = new Set([
    ...ofRoutes,
    ...gateway.routes.flatMap(({ origins }) => origins),
    ...gateway.listeners.flatMap(({ origins }) => origins),
    ...(gateway.filters ?? []).flatMap(({ origins }) => origins),
    ...gateway.settings.origins,
  ]);
  const changed = proven === undefined ? [] : [...all].filter((id) => !isSame(proven.get(id), written.get(id)));
  const groups = [changed, [...ofRoutes], [...all]].map((ids) =>
    ids
      .flatMap((id) => written.get(id) ?? [])
      .filter((document) => canBeHeldBack(document, olderOf(document)))
      .map(({ id }) => id)
      .sort(),
  );
  const distinct = new Map(groups.map((group) => [group.join(), group]));
  return [...distinct.values()].filter((group) => group.length > 0);
}

export function isSame(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  return a === b || (a !== undefined && a.hash === b?.hash && a.createdAt === b.createdAt);
}
