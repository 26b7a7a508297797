import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { Listener } from '../../listener.ts';
import type { TokenFilter } from '../../own-filter.ts';
import type { Route } from '../../route.ts';
import type { TokenDemand } from '../../token-demand.ts';
import type { AttachedAiRoute } from '../ai-gateway/attached-route.ts';
import type { BuiltGateway } from '../gateway/gateway.ts';
import { memo } from '../memo.ts';
import type { EnvoyGatewayPolicies } from './index.ts';

/** What policies want of those who call single AIGatewayRoutes of a gateway, or single rules of them. */
export interface RouteTokens {
  /** By id of the route. */
  readonly demands: ReadonlyMap<string, TokenDemand>;
  /** Those that nobody can be let onto: by id, with the id of the policy. */
  readonly closed: ReadonlyMap<string, string>;
  /** Names of the filters whose tokens are noted, by listener. */
  readonly noted: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The closest policy that says tokens decides; with it a route needs none of those that its listener wants. */
export function routeTokens(
  gateway: BuiltGateway,
  attached: readonly AttachedAiRoute[],
  policies: EnvoyGatewayPolicies,
): RouteTokens {
  const demands = new Map<string, TokenDemand>();
  const closed = new Map<string, string>();
  const noted = new Map<string, Set<string>>();
  for (const { document, listeners: names, built } of attached) {
    const listeners = gateway.listeners.filter(({ name }) => names.includes(name));
    for (const [index, routes] of built.ofRules.entries()) {
      const wanted = policies.tokensOf(document, document.spec.rules[index]?.name);
      if (wanted === undefined) continue;
      const filter = wanted.built === 'unusable' ? undefined : wanted.built.filters.find(isTokenFilter);
      if (filter === undefined) {
        for (const { id } of routes) closed.set(id, wanted.policy.id);
        continue;
      }
      // Envoy sees to it, whatever the model.
      if (listeners.every((listener) => tokensOfListener(listener) === filter.name)) continue;
      policies.chooseTokens(gateway.name, wanted.built);
      for (const { id } of routes) demands.set(id, demandOf(filter));
      for (const { name } of listeners) getOrCreate(noted, name, () => new Set()).add(filter.name);
    }
  }
  return { demands, closed, noted };
}

function isTokenFilter(filter: { readonly kind: string }): filter is TokenFilter {
  return filter.kind === 'tokens';
}

/** Name of the filter; undefined: it wants none, or nothing passes there anyway. */
function tokensOfListener({ filters }: Listener): string | undefined {
  return Array.isArray(filters?.tokens) ? filters.tokens[0] : undefined;
}

function demandOf({ name, issuers, isOptional }: TokenFilter): TokenDemand {
  return { filter: name, issuers: issuers.map(({ claims }) => ({ claims })), isOptional };
}

/** Its routes ask for the tokens, its listeners note them. */
export function withRouteTokens(gateway: GatewayModel, { demands, noted }: RouteTokens): GatewayModel {
  if (demands.size === 0) return gateway;
  const routes = gateway.routes.map((route) => {
    const tokens = demands.get(route.id);
    if (tokens === undefined) return route;
    return memo(route, 'tokens', JSON.stringify(tokens), (): Route => ({ ...route, tokens }));
  });
  const listeners = gateway.listeners.map((listener): Listener => {
    const names = noted.get(listener.name);
    if (names === undefined) return listener;
    const own = gateway.filters?.filter(isTokenFilter).find(({ name }) => name === tokensOfListener(listener));
    const others = [...names].filter((name) => name !== own?.name).sort();
    return {
      ...listener,
      ...(others.length > 0 && { notedTokens: others }),
      // Envoy makes the headers of its claims, before any route is looked for.
      ...(own && { tokens: { ...demandOf(own), issuers: own.issuers.map(() => ({ claims: [] })) } }),
    };
  });
  return { ...gateway, routes, listeners };
}
