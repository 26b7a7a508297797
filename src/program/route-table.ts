import { getOrCreate } from '../lib/get-or-create.ts';
import { compareText, sortedBy } from '../lib/sort.ts';
import type { CompiledRoute } from './compile/route.ts';
import type { Route, RouteTable } from './program.ts';

/** The routes of one key, or of everybody. */
interface Audience {
  readonly exact: ReadonlyMap<string, CompiledRoute>;
  /** By id. */
  readonly patterns: readonly CompiledRoute[];
}

const everybody = '';

export interface RouteIndex extends RouteTable {
  /** A copy in which the audiences of these routes are made anew from all routes. */
  with(all: ReadonlyMap<string, CompiledRoute>, touched: Iterable<CompiledRoute>): RouteIndex;
}

export function routeIndex(audiences: ReadonlyMap<string, Audience> = new Map()): RouteIndex {
  // Asked for only by `provider/model` names, so made on first use.
  let serving: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    find(key, model) {
      const own = audiences.get(key);
      const found = own === undefined || key === everybody ? undefined : findIn(own, model);
      if (found !== undefined) return found;
      const shared = audiences.get(everybody);
      return shared === undefined ? undefined : findIn(shared, model);
    },
    modelsServing(provider, upstreamModel) {
      serving ??= servingIndex(audiences.get(everybody));
      return serving.get(`${provider}/${upstreamModel}`) ?? [];
    },
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
  const sorted = sortedBy(routes, (route) => route.id);
  const exact = new Map<string, CompiledRoute>();
  for (const route of sorted) {
    for (const model of route.exactModels) if (!exact.has(model)) exact.set(model, route);
  }
  return { exact, patterns: sorted.filter((route) => route.pattern !== undefined) };
}

function findIn(audience: Audience, model: string): Route | undefined {
  const exact = audience.exact.get(model);
  if (exact !== undefined) return exact;
  for (const route of audience.patterns) if (route.pattern?.matches(model) === true) return route;
  return undefined;
}

function servingIndex(audience: Audience | undefined): ReadonlyMap<string, readonly string[]> {
  const serving = new Map<string, string[]>();
  for (const [model, route] of audience?.exact ?? []) {
    for (const target of route.targets) {
      const models = getOrCreate(serving, `${target.provider}/${target.model}`, () => [] as string[]);
      if (!models.includes(model)) models.push(model);
    }
  }
  for (const models of serving.values()) models.sort(compareText);
  return serving;
}
