import { referencesOf } from '../snapshot/references/references.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import type { TypeState } from './type-state.ts';

/** Types that name others, and which they can name. */
const referring: readonly (readonly [typeUrl: string, named: readonly string[]])[] = [
  [typeUrls.listener, [typeUrls.route, typeUrls.cluster, typeUrls.secret, typeUrls.extensionConfig]],
  [typeUrls.route, [typeUrls.cluster]],
  [typeUrls.extensionConfig, [typeUrls.cluster, typeUrls.secret]],
  [typeUrls.cluster, [typeUrls.endpoint, typeUrls.secret]],
];

/** Whether a client still works with a resource. */
export type InUse = (typeUrl: string, name: string) => boolean;

/**
 * What the client still works with although it is not desired any more: named by a listener, route table or cluster that
 * it was sent and has not yet replaced, because it refused the newer one or is late. Taking that away would break
 * traffic that the old configuration still serves. A client that has come back may hold one that this server never sent
 * and cannot look into; until that is replaced, nothing goes that it could name.
 */
export function inUseBy(types: ReadonlyMap<string, TypeState>, desired: Snapshot): InUse {
  const names = new Set<string>();
  const unknown = new Set<string>();
  for (const [typeUrl, named] of referring) {
    const wanted = desired.resources.get(typeUrl);
    for (const [name, { accepted, inForce, sent }] of types.get(typeUrl)?.holdings ?? []) {
      const version = wanted?.get(name)?.version;
      if (inForce === undefined && accepted !== undefined && accepted !== version) {
        for (const type of named) unknown.add(type);
      }
      for (const resource of [inForce, sent]) {
        if (resource === undefined || resource.version === version) continue;
        for (const reference of referencesOf(resource)) names.add(useKey(typeUrls[reference.type], reference.name));
      }
    }
  }
  return (typeUrl, name) => unknown.has(typeUrl) || names.has(useKey(typeUrl, name));
}

function useKey(typeUrl: string, name: string): string {
  return `${typeUrl} ${name}`;
}

/**
 * Whether a listener or route table names a cluster that the client has refused and holds no earlier version of. Envoy
 * would take it and answer its requests with 503; so the old one stays in force.
 */
export function namesRefusedCluster(types: ReadonlyMap<string, TypeState>, resource: Resource): boolean {
  const clusters = types.get(typeUrls.cluster);
  if (clusters === undefined || clusters.refused.size === 0) return false;
  return clustersNamedBy(resource).some(
    (name) =>
      clusters.refused.has(name) &&
      clusters.lastNack?.suspects.includes(name) === true &&
      clusters.holdings.get(name)?.inForce === undefined,
  );
}

/**
 * Whether it names a cluster that is still to be sent, since the answer to the clusters before is outstanding. Only for
 * clients that get all clusters: others ask for clusters because of the route table.
 */
export function namesUnsentCluster(
  types: ReadonlyMap<string, TypeState>,
  desired: Snapshot,
  resource: Resource,
): boolean {
  const clusters = types.get(typeUrls.cluster);
  if (clusters === undefined || clusters.wildcard === 'none') return false;
  const wanted = desired.resources.get(typeUrls.cluster);
  return clustersNamedBy(resource).some(
    (name) =>
      wanted?.has(name) === true &&
      clusters.holdings.get(name)?.known === undefined &&
      clusters.refused.get(name) !== wanted.get(name)?.version,
  );
}

function clustersNamedBy(resource: Resource): readonly string[] {
  if (resource.typeUrl !== typeUrls.listener && resource.typeUrl !== typeUrls.route) return [];
  return referencesOf(resource)
    .filter(({ type }) => type === 'cluster')
    .map(({ name }) => name);
}
