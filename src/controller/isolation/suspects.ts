import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { isNamedIn } from '../rollout/refusal.ts';
import { canBeHeldBack } from './in-its-place.ts';

export type DocumentsById = ReadonlyMap<string, PolicyDocument>;

export interface Evidence {
  readonly gateway: GatewayModel;
  readonly written: DocumentsById;
  /** What was in force when the tables of the gateway were accepted last. */
  readonly proven: DocumentsById | undefined;
  olderOf(document: PolicyDocument): PolicyDocument | undefined;
  /** What clients say. */
  readonly text: string;
}

/**
 * Groups of documents one of which may be why clients refuse a route table of the gateway, in the order in which they are to
 * be tried: whoever says something that the clients quote; who has changed since the tables were accepted; the ordinary routes,
 * which say most of what stands in a table; whoever has a part in it.
 */
export function suspectsOf(evidence: Evidence): readonly (readonly string[])[] {
  const { gateway, written, proven, olderOf, text } = evidence;
  const all = parts(gateway);
  const quoted = all.filter((id) => isQuoted(written.get(id), text));
  const changed = proven === undefined ? [] : notInForce(evidence);
  const groups = [quoted, changed, partsOfRoutes(gateway), all].map((ids) =>
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
export function notInForce({
  gateway,
  written,
  proven,
}: Pick<Evidence, 'gateway' | 'written' | 'proven'>): readonly string[] {
  return parts(gateway).filter((id) => proven === undefined || !isSame(proven.get(id), written.get(id)));
}

/** An expression that is too large, a path that is none: Envoy often says which. */
function isQuoted(document: PolicyDocument | undefined, text: string): boolean {
  return document !== undefined && stringsIn(document.spec).some((said) => said.length > 2 && isNamedIn(text, said));
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
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
