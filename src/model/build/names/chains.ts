import { getOrCreate } from '../../../lib/get-or-create.ts';
import { lazily } from '../../../lib/lazily.ts';
import type { Provider } from '../../provider.ts';
import type { Route } from '../../route.ts';
import { exactModels } from '../listed-prices/exact-models.ts';
import type { KnownNames } from './known-names.ts';

/** Where requests can get, by all chains that there are. */
export interface Chains {
  /** Whether one for such a model may get to the provider. `patterns` undefined: for any model, and for none. */
  mayLead(patterns: readonly string[] | undefined, provider: string): boolean;
}

interface Way {
  readonly models: Set<string>;
  /** Of models that nobody can list here. */
  isOpen: boolean;
}

/** `providers`: those that can be used. What is switched off, or lacks its secret, may lead anywhere tomorrow. */
export function chainsOf(
  routes: readonly Route[],
  providers: readonly Provider[],
  known: Pick<KnownNames, 'models'>,
): Chains {
  const usable = lazily(() => new Map(providers.map((provider) => [provider.name, provider])));
  const read = lazily(() => readRoutes(routes));
  return {
    mayLead(patterns, name) {
      const provider = usable().get(name);
      if (provider === undefined) return true;
      const { ways, chained } = read();
      const way = ways.get(name);
      if (patterns === undefined) return way !== undefined || provider.passthroughPaths.length > 0;
      const models = patterns.flatMap((pattern) => known.models().named(pattern));
      return way?.isOpen === true || models.some((model) => !chained.has(model) || way?.models.has(model) === true);
    },
  };
}

function readRoutes(routes: readonly Route[]) {
  const ways = new Map<string, Way>();
  const chained = new Set<string>();
  for (const { match, targets } of routes) {
    const models = exactModels(match);
    for (const model of models ?? []) chained.add(model);
    for (const { provider } of targets) {
      const way = getOrCreate(ways, provider, (): Way => ({ models: new Set(), isOpen: false }));
      if (models === undefined) way.isOpen = true;
      for (const model of models ?? []) way.models.add(model);
    }
  }
  return { ways, chained };
}
