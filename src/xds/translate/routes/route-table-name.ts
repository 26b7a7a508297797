import { contentVersion } from '../../../lib/hash.ts';
import type { GatewayModel } from '../../../model/gateway.ts';
import type { Port } from '../ports.ts';

/**
 * As the port is called. Code that Envoy fetches comes with a listener that waits for it; so does the route table that
 * sends requests there, or those of the listener in use would meet neither the old code nor the new.
 */
export function routeTableName({ name }: Port, { filters = [] }: Pick<GatewayModel, 'filters'>): string {
  const fetched = filters.filter(({ kind }) => kind === 'wasm').map((filter) => filter.name);
  return fetched.length === 0 ? name : `${name}@${contentVersion(fetched.join()).slice(0, 8)}`;
}
