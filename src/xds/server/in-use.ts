import { referencesOf } from '../snapshot/references/references.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import type { TypeState } from './type-state.ts';

const referring: readonly string[] = [typeUrls.listener, typeUrls.route, typeUrls.cluster];

/**
 * What the client still works with although it is not desired any more: named by a listener, route table or cluster that
 * the client accepted and has not yet replaced, because it refused the newer one or is late. Taking that away would
 * break traffic that the old configuration still serves.
 */
export function namesInUse(types: ReadonlyMap<string, TypeState>, desired: Snapshot): ReadonlySet<string> {
  const names = new Set<string>();
  for (const typeUrl of referring) {
    const wanted = desired.resources.get(typeUrl);
    for (const [name, { inForce }] of types.get(typeUrl)?.holdings ?? []) {
      if (inForce === undefined || wanted?.get(name)?.version === inForce.version) continue;
      for (const reference of referencesOf(inForce)) names.add(useKey(typeUrls[reference.type], reference.name));
    }
  }
  return names;
}

export function useKey(typeUrl: string, name: string): string {
  return `${typeUrl} ${name}`;
}

/**
 * Whether a listener or route table names a cluster that the client has refused and holds no earlier version of. Envoy
 * would take it and answer its requests with 503; so the old one stays in force.
 */
export function namesRefusedCluster(types: ReadonlyMap<string, TypeState>, resource: Resource): boolean {
  if (resource.typeUrl !== typeUrls.listener && resource.typeUrl !== typeUrls.route) return false;
  const clusters = types.get(typeUrls.cluster);
  if (clusters === undefined || clusters.refused.size === 0) return false;
  return referencesOf(resource).some(
    ({ type, name }) =>
      type === 'cluster' &&
      clusters.refused.has(name) &&
      clusters.lastNack?.suspects.includes(name) === true &&
      clusters.holdings.get(name)?.inForce === undefined,
  );
}
