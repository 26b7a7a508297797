import { closeness, coversHost } from '../../../lib/hostname.ts';
import type { Listener } from '../../../model/listener.ts';
import type { ServiceRoute } from '../../../model/service.ts';
import type { Port } from '../ports.ts';

/** Hosts that share a route table, with the ordinary routes that are served there. */
export interface Host {
  /** As Envoy writes them: `*` is every host. */
  readonly domains: readonly [string, ...string[]];
  /** A host that only routes name; else these are the listener's own. */
  readonly isOfRoutesOnly: boolean;
  readonly routes: readonly ServiceRoute[];
}

/**
 * The hosts of a listener: its own, and those that routes name. A route of a wildcard is also one of the hosts below it,
 * since Envoy looks only into the table that fits best.
 */
export function hostsOf(listener: Listener, port: Port, routes: readonly ServiceRoute[]): readonly Host[] {
  const own = domainsOf(listener);
  const attached = routes.filter((route) => route.listeners.includes(listener.name));
  const named = new Set(attached.flatMap((route) => route.hostnames).filter((name) => !own.includes(name)));
  const served = [...named].filter((name) => ownerOf(name, port) === listener).sort();
  const at = (domains: readonly string[]) =>
    attached.filter(
      ({ hostnames }) =>
        hostnames.length === 0 || hostnames.some((one) => domains.some((domain) => coversHost(one, domain))),
    );
  return [
    { domains: own, isOfRoutesOnly: false, routes: at(own) },
    ...served.map((domain): Host => ({ domains: [domain], isOfRoutesOnly: true, routes: at([domain]) })),
  ];
}

/** The listener of the port whose hosts fit the name best: a more specific one keeps its names to itself. */
function ownerOf(name: string, { listeners }: Port): Listener | undefined {
  let owner: { readonly listener: Listener; readonly rank: number } | undefined;
  for (const listener of listeners) {
    for (const domain of domainsOf(listener)) {
      if (!coversHost(domain, name)) continue;
      const rank = closeness(domain, name);
      if (owner === undefined || rank > owner.rank) owner = { listener, rank };
    }
  }
  return owner?.listener;
}

function domainsOf({ hostnames: [first, ...others] }: Listener): readonly [string, ...string[]] {
  return first === undefined ? ['*'] : [first, ...others];
}
