import { sortedBy } from '../../lib/sort.ts';
import type { ClientState } from '../../xds/server/client.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';

/** How far what is published for a gateway has come. */
export interface Reach {
  /** Connected Envoys and processors. A pod has one of each. */
  readonly envoys: number;
  readonly processors: number;
  /** Ids of the nodes that have not accepted everything that is published, sorted. */
  readonly missing: readonly string[];
}

export const noReach: Reach = { envoys: 0, processors: 0, missing: [] };

/** Of every gateway that has clients. */
export function reachOf(clients: readonly ClientState[]): Map<string, Reach> {
  const byGateway = Map.groupBy(clients, ({ group }) => group);
  return new Map([...byGateway].map(([gateway, own]) => [gateway, reachOfOne(own)]));
}

/** Whether there is a whole pod, and all that is connected has accepted everything. */
export function isComplete({ envoys, processors, missing }: Reach): boolean {
  return envoys > 0 && processors > 0 && missing.length === 0;
}

function reachOfOne(clients: readonly ClientState[]): Reach {
  const ofAgent = (userAgent: string): number => clients.filter(({ node }) => node.userAgent === userAgent).length;
  const missing = new Set(clients.filter((client) => !isInSync(client)).map(({ node }) => node.id));
  return { envoys: ofAgent('envoy'), processors: ofAgent('sluice-processor'), missing: sortedBy(missing, (id) => id) };
}

/**
 * An Envoy that is starting asks for one type after the other and has answered all of them at several moments in
 * between. Listeners come last: before they are there, no port is open.
 */
function isInSync({ node, types }: ClientState): boolean {
  const last = node.userAgent === 'envoy' ? typeUrls.listener : undefined;
  const hasBegun = last === undefined ? types.length > 0 : types.some(({ typeUrl }) => typeUrl === last);
  return hasBegun && types.every(({ state }) => state === 'synced');
}
