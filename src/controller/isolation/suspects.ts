import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { canBeHeldBack, type Form, hasForms } from './in-its-place.ts';

export type DocumentsById = ReadonlyMap<string, PolicyDocument>;

/** Documents one of which may be why an Envoy refuses a route table, and how they are held back meanwhile. */
export interface LineUp {
  readonly suspects: readonly string[];
  readonly form: Form;
}

export interface Evidence {
  readonly gateway: GatewayModel;
  readonly written: DocumentsById;
  /** What was in force when the tables of the gateway were accepted last. */
  readonly proven: DocumentsById | undefined;
  olderOf(document: PolicyDocument): PolicyDocument | undefined;
  /** How others are held back already. */
  readonly form: Form;
}

/**
 * In the order in which they are to be tried: who has changed since the tables were accepted, most likely; then the
 * ordinary routes, which say most of what stands in a table; then whoever has a part in it.
 */
export function lineUps({ gateway, written, proven, olderOf, form }: Evidence): readonly LineUp[] {
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
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const distinct = new Map(groups.map((group) => [group.map(({ id }) => id).join(), group]));
  return [...distinct.values()]
    .filter((group) => group.length > 0)
    .flatMap((group) => {
      const suspects = group.map(({ id }) => id);
      const isFormKnown = form === 'out' || !group.some((document) => hasForms(document, olderOf(document)));
      return (isFormKnown ? [form] : (['closed', 'out'] as const)).map((each) => ({ suspects, form: each }));
    });
}

export function isSame(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  return a === b || (a !== undefined && a.hash === b?.hash && a.createdAt === b.createdAt);
}
