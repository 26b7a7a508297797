import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { TokenFilter } from '../../own-filter.ts';
import type { Route } from '../../route.ts';
import type { TokenDemand } from '../../token-demand.ts';
import type { AttachedAiRoute } from '../ai-gateway/attached-route.ts';
import type { BuildContext } from '../context.ts';
import type { BuiltGateway } from '../gateway/gateway.ts';
import { memo } from '../memo.ts';
import type { EnvoyGatewayPolicies } from './index.ts';

/** What policies want of those who call single AIGatewayRoutes of a gateway. */
export interface RouteTokens {
  /** By id of the route. */
  readonly demands: ReadonlyMap<string, TokenDemand>;
  /** Those that nobody can be let onto: by id, with the id of the policy. */
  readonly closed: ReadonlyMap<string, string>;
  /** Names of the filters whose tokens are noted, by listener. */
  readonly noted: ReadonlyMap<string, ReadonlySet<string>>;
}

export function routeTokens(
  gateway: BuiltGateway,
  routes: readonly AttachedAiRoute[],
  policies: EnvoyGatewayPolicies,
  context: BuildContext,
): RouteTokens {
  const demands = new Map<string, TokenDemand>();
  const closed = new Map<string, string>();
  const noted = new Map<string, Set<string>>();
  for (const { document, listeners } of routes) {
    const wanted = policies.tokensOf(document);
    if (wanted === undefined) continue;
    const { policy, built } = wanted;
    const filter = built === 'unusable' ? undefined : built.filters.find(({ kind }) => kind === 'tokens');
    if (filter?.kind !== 'tokens') {
      closed.set(document.id, policy.id);
      continue;
    }
    const asking = gateway.listeners.filter(
      ({ name, filters }) => listeners.includes(name) && filters?.tokens !== undefined,
    );
    if (asking.length === 0) {
      policies.chooseTokens(gateway.name, built);
      demands.set(document.id, demandOf(filter));
      for (const listener of listeners) getOrCreate(noted, listener, () => new Set()).add(filter.name);
      continue;
    }
    const isAskedAlready = ({ filters }: (typeof asking)[number]): boolean =>
      filters?.tokens?.includes(filter.name) === true;
    if (asking.length === listeners.length && asking.every(isAskedAlready)) continue;
    closed.set(document.id, policy.id);
    const message =
      `is not checked for AIGatewayRoute "${document.name}", whose requests are refused: ` +
      `listener "${asking[0]?.name}" wants a token of another policy already, whatever the model`;
    const remedy = 'give the jwt of the Gateway or listener to the routes instead, or this route a listener of its own';
    context.reject(policy, 'spec.jwt', message, remedy, 'UnsupportedValue');
  }
  return { demands, closed, noted };
}

function demandOf({ name, issuers, isOptional }: TokenFilter): TokenDemand {
  return { filter: name, issuers: issuers.map(({ claims }) => ({ claims })), isOptional };
}

/** Its routes ask for the tokens, its listeners note them. */
export function withRouteTokens(gateway: GatewayModel, { demands, noted }: RouteTokens): GatewayModel {
  if (demands.size === 0) return gateway;
  const routes = gateway.routes.map((route) => {
    const tokens = route.origins.map((origin) => demands.get(origin)).find((demand) => demand !== undefined);
    if (tokens === undefined) return route;
    return memo(route, 'tokens', JSON.stringify(tokens), (): Route => ({ ...route, tokens }));
  });
  const listeners = gateway.listeners.map((listener) => {
    const names = noted.get(listener.name);
    return names === undefined ? listener : { ...listener, notedTokens: [...names].sort() };
  });
  return { ...gateway, routes, listeners };
}
