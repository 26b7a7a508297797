import { getOrCreate } from '../../lib/get-or-create.ts';
import { compareText } from '../../lib/sort.ts';
import type { CompiledRoute } from '../compile/route.ts';
import { listenerHeader, type ObservedRequest, type Route, type RouteTable } from '../program.ts';
import { anyHost, firstForHost, type HostTable, hostTable } from './host-table.ts';
import { type Candidates, candidatesOf, firstOf, isForSome, type RoutesAmong } from './route-candidates.ts';
import { type PatternEntries, patternEntries } from './route-patterns.ts';
import { comparePrecedence, type RankedEntry, type RouteEntry } from './route-precedence.ts';

/** The routes of one key, or of everybody. */
interface Audience {
  readonly routes: readonly CompiledRoute[];
  readonly hosts: HostTable<HostRoutes>;
  readonly observedHeaders: ReadonlySet<string>;
}

/** Those for one host name or wildcard. */
interface HostRoutes {
  readonly byModel: ReadonlyMap<string, Candidates>;
  readonly patterns: PatternEntries;
  readonly anyModel: Candidates;
}

const everybody = '';

export interface RouteIndex extends RouteTable {
  /** A copy in which the audiences of these routes are made anew from all routes. */
  with(all: ReadonlyMap<string, CompiledRoute>, touched: Iterable<CompiledRoute>): RouteIndex;
}

export function routeIndex(audiences: ReadonlyMap<string, Audience> = new Map()): RouteIndex {
  // Asked for only by `provider/model` names, so made on first use.
  let serving: ReadonlyMap<string, readonly string[]> | undefined;
  const shared = audiences.get(everybody);

  function findOwn(key: string, model: string, request: ObservedRequest | undefined): Route | undefined {
    const own = key === everybody ? undefined : audiences.get(key);
    return own === undefined ? undefined : findIn(own.hosts, model, request, 'all');
  }

  return {
    find: (key, model, request) =>
      findOwn(key, model, request) ?? (shared && findIn(shared.hosts, model, request, 'all')),
    findOpen(key, model, request) {
      const opening = shared && findIn(shared.hosts, model, request, 'opening');
      return opening && (findOwn(key, model, request) ?? opening);
    },
    serves: (model, request) => shared !== undefined && servesIn(shared.hosts, model, request),
    opensModels: shared?.routes.some((route) => route.opensModels) ?? false,
    modelsServing(provider, upstreamModel) {
      serving ??= servingIndex(shared?.routes ?? []);
      return serving.get(`${provider}/${upstreamModel}`) ?? [];
    },
    observedHeaders: [...unionOf(audiences.values())].sort(),
    with(all, touched) {
      const keys = new Set([...touched].map((route) => route.key));
      const after = new Map(audiences);
      const routes = new Map<string, CompiledRoute[]>();
      for (const route of all.values()) {
        if (keys.has(route.key)) getOrCreate(routes, route.key, () => [] as CompiledRoute[]).push(route);
      }
      for (const key of keys) {
        const ofKey = routes.get(key);
        if (ofKey === undefined) after.delete(key);
        else after.set(key, audienceOf(ofKey));
      }
      return routeIndex(after);
    },
  };
}

function audienceOf(routes: readonly CompiledRoute[]): Audience {
  const entries = routes.flatMap(entriesOf).sort(comparePrecedence);
  const byHost = new Map<string, RankedEntry[]>();
  for (const [rank, entry] of entries.entries()) {
    const hostnames = entry.route.hostnames.length === 0 ? [anyHost] : entry.route.hostnames;
    for (const hostname of hostnames) getOrCreate(byHost, hostname, () => [] as RankedEntry[]).push({ ...entry, rank });
  }
  return {
    routes,
    hosts: hostTable(new Map([...byHost].map(([hostname, ranked]) => [hostname, hostRoutes(ranked)]))),
    observedHeaders: new Set(routes.flatMap(observedBy)),
  };
}

function unionOf(audiences: Iterable<Audience>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { observedHeaders } of audiences) for (const name of observedHeaders) names.add(name);
  return names;
}

function entriesOf(route: CompiledRoute): RouteEntry[] {
  const entries: RouteEntry[] = [];
  if (route.exactModels.length > 0) entries.push({ route, names: 'exact' });
  if (route.isForAnyModel) entries.push({ route, names: 'any' });
  else if (route.pattern !== undefined) entries.push({ route, names: 'pattern' });
  return entries;
}

function hostRoutes(ranked: readonly RankedEntry[]): HostRoutes {
  const byModel = new Map<string, RankedEntry[]>();
  for (const entry of ranked) {
    if (entry.names !== 'exact') continue;
    for (const model of entry.route.exactModels) getOrCreate(byModel, model, () => [] as RankedEntry[]).push(entry);
  }
  return {
    byModel: new Map([...byModel].map(([model, entries]) => [model, candidatesOf(entries)])),
    patterns: patternEntries(ranked.filter(({ names }) => names === 'pattern')),
    anyModel: candidatesOf(ranked.filter(({ names }) => names === 'any')),
  };
}

function findIn(
  hosts: HostTable<HostRoutes>,
  model: string,
  request: ObservedRequest | undefined,
  among: RoutesAmong,
): Route | undefined {
  // Most gateways have no routes for single hosts, and then nothing about hosts is looked at.
  if (hosts.exact.size === 0 && hosts.wildcards.size === 0) {
    return hosts.anyHost && findAmong(hosts.anyHost, model, request, among);
  }
  const authority = request?.observedHeader(':authority') ?? '';
  return firstForHost(hosts, authority, (routes) => findAmong(routes, model, request, among));
}

function findAmong(
  { byModel, patterns, anyModel }: HostRoutes,
  model: string,
  request: ObservedRequest | undefined,
  among: RoutesAmong,
): Route | undefined {
  const exact = byModel.get(model);
  let best = exact && firstOf(exact, request, among, undefined);
  best = firstOf(anyModel, request, among, best);
  return patterns.first(model, request, among, best)?.route;
}

function servesIn(hosts: HostTable<HostRoutes>, model: string, request: ObservedRequest): boolean {
  const authority = request.observedHeader(':authority') ?? '';
  const isServed = firstForHost(hosts, authority, ({ byModel }) => {
    const candidates = byModel.get(model);
    return candidates !== undefined && isForSome(candidates, request) ? true : undefined;
  });
  return isServed === true;
}

function servingIndex(routes: readonly CompiledRoute[]): ReadonlyMap<string, readonly string[]> {
  const serving = new Map<string, Set<string>>();
  for (const { targets, exactModels } of routes) {
    for (const target of targets) {
      const models = getOrCreate(serving, `${target.provider}/${target.model}`, () => new Set<string>());
      for (const model of exactModels) models.add(model);
    }
  }
  return new Map([...serving].map(([target, models]) => [target, [...models].sort(compareText)]));
}

function observedBy({ hostnames, listeners, headers, affinityHeader, targets }: CompiledRoute): string[] {
  return [
    ...(hostnames.length > 0 ? [':authority'] : []),
    ...(listeners.length > 0 ? [listenerHeader] : []),
    ...headers.map(({ name }) => name),
    ...(affinityHeader === '' ? [] : [affinityHeader]),
    ...targets.flatMap(({ changes }) => (changes === undefined ? [] : changedHeaders(changes))),
  ];
}

/** Their values as the caller sent them are needed again by later attempts. */
function changedHeaders({ setHeaders, addHeaders, removeHeaders }: NonNullable<Route['targets'][number]['changes']>) {
  return [...setHeaders.filter((_, i) => i % 2 === 0), ...addHeaders.filter((_, i) => i % 2 === 0), ...removeHeaders];
}
