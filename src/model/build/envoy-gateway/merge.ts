import { sortedBy } from '../../../lib/sort.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { Services } from '../../service.ts';
import type { BuiltGateway } from '../gateway/gateway.ts';
import type { EnvoyGatewayPolicies } from './index.ts';

/** A gateway whose listeners say what is met there. */
export function withListenerFilters(
  gateway: BuiltGateway,
  { routes }: Services,
  policies: EnvoyGatewayPolicies,
): BuiltGateway {
  const listeners = gateway.listeners.map((listener) => {
    const hasServices = routes.some(({ listeners: names }) => names.includes(listener.name));
    const { filters, decisions } = policies.onListener(gateway.name, listener.name, hasServices);
    return {
      ...listener,
      ...(filters && { filters }),
      ...(decisions.length > 0 && { decisions: [...(listener.decisions ?? []), ...decisions] }),
    };
  });
  return { ...gateway, listeners };
}

/** Everything that listeners and services have chosen on it. */
export function withChosenFilters(gateway: GatewayModel, policies: EnvoyGatewayPolicies): GatewayModel {
  const { filters, backends } = policies.chosenOn(gateway.name);
  const { services } = gateway;
  const known = new Set(services.backends.map(({ cluster }) => cluster));
  const more = backends.filter(({ cluster }) => !known.has(cluster));
  return {
    ...gateway,
    ...(filters.length > 0 && { filters }),
    ...(more.length > 0 && {
      services: { ...services, backends: sortedBy([...services.backends, ...more], ({ cluster }) => cluster) },
    }),
  };
}
