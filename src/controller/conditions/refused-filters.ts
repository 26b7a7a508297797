import type { GatewayModel } from '../../model/gateway.ts';
import { type FilterChoice, filterPlaces } from '../../model/own-filter.ts';
import type { ServiceRoute } from '../../model/service.ts';
import type { Problem } from '../../policy/problem.ts';

/**
 * What routes are to say of filters that they choose and egress pods have refused. The pods have accepted these routes,
 * and still answer their requests with an error, since whoever asked for a filter is not let past it.
 */
export function refusedFilters(
  nacks: ReadonlyMap<string, string>,
  gateways: readonly GatewayModel[],
): readonly Problem[] {
  if (nacks.size === 0) return [];
  const found = new Map<string, Problem>();
  for (const gateway of gateways) {
    for (const route of gateway.services.routes) {
      const chosen = new Set(filtersOf(route, gateway));
      for (const { name, origins } of gateway.filters ?? []) {
        const policy = chosen.has(name) ? origins.find((id) => nacks.has(id)) : undefined;
        const document = route.origins.find((id) => id.startsWith('HTTPRoute/'));
        if (policy === undefined || document === undefined) continue;
        found.set(`${document} ${policy}`, warningOf(document, policy));
      }
    }
  }
  return [...found.values()];
}

/** What it says itself goes before what its listeners say, place by place. */
function filtersOf({ filters: own, listeners }: ServiceRoute, gateway: GatewayModel): readonly string[] {
  const ofListeners = gateway.listeners.filter(({ name }) => listeners.includes(name)).map(({ filters }) => filters);
  return filterPlaces.flatMap((place) => {
    const choices = own?.[place] === undefined ? ofListeners : [own];
    return choices.flatMap((choice: FilterChoice | undefined) => {
      const names = choice?.[place] ?? [];
      return names === 'unusable' ? [] : names;
    });
  });
}

function warningOf(document: string, policy: string): Problem {
  return {
    severity: 'warning',
    source: '',
    document,
    path: '',
    message: `an egress pod refused ${policy}: where nothing older of it is in force, requests are answered with status 500`,
    remedy: 'see the status of that policy',
    reason: 'Refused',
  };
}
