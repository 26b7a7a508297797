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
export function suspectsOf(evidence: Evidence): readonly (readonly string[])[] {
  const { gateway, written, proven, olderOf } = evidence;
  const changed = proven === undefined ? [] : notInForce(evidence);
  const groups = [changed, partsOfRoutes(gateway), parts(gateway)].map((ids) =>
    ids
      .flatMap((id) => written.get(id) ?? [])
      .filter((document) => canBeHeldBack(document, olderOf(document)))
      .map(({ id }) => id)
      .sort(),
  );
  const distinct = new Map(groups.map((group) => [group.join(), group]));
  return [...distinct.values()].filter((group) => group.length > 0);
}

/** Whose part in the tables is not what clients have: of whom nothing was accepted, or something else. */
export function notInForce({ gateway, written, proven }: Omit<Evidence, 'olderOf'>): readonly string[] {
  return parts(gateway).filter((id) => proven === undefined || !isSame(proven.get(id), written.get(id)));
}

function partsOfRoutes({ services }: GatewayModel): readonly string[] {
  return [...new Set(services.routes.flatMap(({ origins }) => origins))];
}

function parts(gateway: GatewayModel): readonly string[] {
  const { routes, listeners, filters = [], settings } = gateway;
  const others = [...routes, ...listeners, ...filters, settings].flatMap(({ origins }) => origins);
  return [...new Set([...partsOfRoutes(gateway), ...others])];
}

export function isSame(a: PolicyDocument | undefined, b: PolicyDocument | undefined): boolean {
  return a === b || (a !== undefined && a.hash === b?.hash && a.createdAt === b.createdAt);
}
