import { sortedBy } from '../../lib/sort.ts';
import type { ClientState } from '../../xds/server/client.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';

/** A connected client, whichever replica of the controller it is connected to. */
export interface Connected {
  readonly gateway: string;
  /** Id of the node. */
  readonly node: string;
  readonly role: 'envoy' | 'processor' | 'other';
  /** It has accepted everything that is published for its gateway. */
  readonly isInSync: boolean;
}

/** How far what is published for a gateway has come. */
export interface Reach {
  /** Connected Envoys and processors. A pod has one of each. */
  readonly envoys: number;
  readonly processors: number;
  /** Ids of the nodes that have not accepted everything that is published, sorted. */
  readonly missing: readonly string[];
}

export const noReach: Reach = { envoys: 0, processors: 0, missing: [] };

export function connectedOf({ node, group, types }: ClientState): Connected {
  const role = node.userAgent === 'envoy' ? 'envoy' : node.userAgent === 'sluice-processor' ? 'processor' : 'other';
  return { gateway: group, node: node.id, role, isInSync: isInSync(role, types) };
}

/** Of every gateway that has clients. */
export function reachOf(clients: Iterable<Connected>): Map<string, Reach> {
  const byGateway = Map.groupBy(clients, ({ gateway }) => gateway);
  return new Map([...byGateway].map(([gateway, own]) => [gateway, reachOfOne(own)]));
}

function reachOfOne(clients: readonly Connected[]): Reach {
  // One that has moved to another replica is connected twice until the first notices.
  const nodes = (of: (client: Connected) => boolean) => new Set(clients.filter(of).map(({ node }) => node));
  return {
    envoys: nodes(({ role }) => role === 'envoy').size,
    processors: nodes(({ role }) => role === 'processor').size,
    missing: sortedBy(
      nodes((client) => !client.isInSync),
      (id) => id,
    ),
  };
}

/**
 * An Envoy that is starting asks for one type after the other and has answered all of them at several moments in
 * between. Listeners come last: before they are there, no port is open.
 */
function isInSync(role: Connected['role'], types: ClientState['types']): boolean {
  const last = role === 'envoy' ? typeUrls.listener : undefined;
  const hasBegun = last === undefined ? types.length > 0 : types.some(({ typeUrl }) => typeUrl === last);
  return hasBegun && types.every(({ state }) => state === 'synced');
}
