import { coversHost } from '../../../lib/hostname.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { byClaims } from '../../chosen-by-claims.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { ServiceRoute } from '../../service.ts';
import type { BuildContext } from '../context.ts';
import { ofKind } from '../of-kind.ts';

/** Routes that claims would lead past their own filters serve nobody, and their documents say so. */
export function sayMixedClaims(
  { listeners, services, filters = [] }: GatewayModel,
  documents: readonly PolicyDocument[],
  context: BuildContext,
): void {
  if (!filters.some(({ kind }) => kind === 'tokens')) return;
  const said = new Set<string>();
  for (const listener of listeners) {
    const there = services.routes.filter((route) => route.listeners.includes(listener.name));
    // Most match no claim; who shares a host with whom is asked of the others alone.
    for (const route of there.filter((one) => byClaims(one, there, listener, filters) !== undefined)) {
      const table = there.filter((other) => sharesHost(route, other));
      if (byClaims(route, table, listener, filters)?.isMixed !== true) continue;
      const document = ofKind(documents, 'HTTPRoute').find(({ id }) => route.origins.includes(id));
      if (document === undefined || said.has(route.id)) continue;
      said.add(route.id);
      const message =
        'a rule matches a header that is made of a claim, and policies ask for other things there than where requests ' +
        'stand until their token is verified, so nobody is let in by it';
      const remedy =
        'attach the same SecurityPolicy and EnvoyExtensionPolicy to all routes of the host, or to the Gateway';
      context.reject(document, 'spec.rules', message, remedy, 'UnsupportedValue');
    }
  }
}

function sharesHost(one: ServiceRoute, other: ServiceRoute): boolean {
  if (one.hostnames.length === 0 || other.hostnames.length === 0) return true;
  return one.hostnames.some((a) => other.hostnames.some((b) => coversHost(a, b) || coversHost(b, a)));
}
