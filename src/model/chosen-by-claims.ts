import type { Listener } from './listener.ts';
import { type FilterChoice, filterPlaces, type OwnFilter, type TokenFilter } from './own-filter.ts';
import type { ServiceRoute } from './service.ts';

/*
 * A filter for tokens writes claims into headers, and routes may match these. Envoy then looks for the route again; the
 * filters that the request meets stay those of the route before.
 */

/** What a route that matches such a header asks for besides it. Names of filters for tokens. */
export interface ByClaims {
  /** It must have verified a token: what a caller has written into the header himself chooses nothing. */
  readonly after?: string;
  /** None of them may have: who comes by a route with other filters has not met those of this one. */
  readonly notAfter: readonly string[];
  /** Nobody may be let in all the same: routes with the same tokens differ in other filters. */
  readonly isMixed: boolean;
}

/** How a route is chosen among those that share a host with it. Undefined: no claim has anything to do with it. */
export function byClaims(
  route: ServiceRoute,
  table: readonly ServiceRoute[],
  listener: Pick<Listener, 'filters'>,
  filters: readonly OwnFilter[],
): ByClaims | undefined {
  const writers = filters.filter((filter) => writesHeaderOf(filter, route));
  if (writers.length === 0) return undefined;
  const chosen = table.map((other) => effective(other, listener));
  const met = writers.map(({ name }) => name).filter((name) => chosen.some((choice) => hasTokens(choice, name)));
  if (met.length === 0) return undefined;
  const own = effective(route, listener);
  const after = met.find((name) => hasTokens(own, name));
  const notAfter = met.filter((name) => name !== after);
  if (after === undefined) return { notAfter, isMixed: false };
  return { after, notAfter, isMixed: chosen.some((choice) => hasTokens(choice, after) && !isSame(choice, own)) };
}

/** Whether routes are looked for again when it has written its headers. */
export function choosesRoutes(
  filter: TokenFilter,
  routes: readonly ServiceRoute[],
  listeners: readonly Pick<Listener, 'name' | 'filters'>[],
): boolean {
  return routes.some(
    (route) =>
      writesHeaderOf(filter, route) &&
      listeners.some(
        (listener) => route.listeners.includes(listener.name) && hasTokens(effective(route, listener), filter.name),
      ),
  );
}

function isTokenFilter(filter: OwnFilter): filter is TokenFilter {
  return filter.kind === 'tokens';
}

function writesHeaderOf(filter: OwnFilter, { match }: ServiceRoute): boolean {
  if (match.headers.length === 0 || !isTokenFilter(filter)) return false;
  const names = new Set(match.headers.map(({ name }) => name.toLowerCase()));
  return filter.issuers.some(({ claims }) => claims.some(({ header }) => names.has(header.toLowerCase())));
}

function effective(route: ServiceRoute, listener: Pick<Listener, 'filters'>): FilterChoice {
  return { ...listener.filters, ...route.filters };
}

function hasTokens({ tokens }: FilterChoice, name: string): boolean {
  return Array.isArray(tokens) && tokens.includes(name);
}

function isSame(one: FilterChoice, other: FilterChoice): boolean {
  return filterPlaces.every((place) => JSON.stringify(one[place] ?? []) === JSON.stringify(other[place] ?? []));
}
