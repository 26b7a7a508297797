import { sortedByName } from '../../../lib/sort.ts';
import type { GatewayModel } from '../../gateway.ts';
import { listedPricingName, type Pricing } from '../../pricing.ts';
import type { Provider } from '../../provider.ts';
import type { Catalogues } from './catalogues.ts';
import { exactModels } from './exact-models.ts';

/** The gateway with those prices of catalogues that one of its targets may need, and no others. */
export function withListedPrices(gateway: GatewayModel, catalogues: Catalogues): GatewayModel {
  if (catalogues.isEmpty) return gateway;
  const listed = new Map<string, Pricing>();
  for (const [provider, model] of unpricedCalls(gateway, catalogues)) {
    const name = listedPricingName(provider.name, model);
    const pricing = listed.has(name) ? undefined : catalogues.priceOf(provider, model);
    if (pricing !== undefined) listed.set(name, pricing);
  }
  return { ...gateway, pricings: sortedByName([...gateway.pricings, ...listed.values()]) };
}

/** Whom targets call by which model, where neither they nor their logical model say a price. */
function* unpricedCalls(
  { models, routes, providers, pricings }: GatewayModel,
  catalogues: Catalogues,
): Generator<readonly [Provider, string]> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const priced = new Set(pricings.map(({ name }) => name));
  const unpriced = models.map(({ name }) => name).filter((name) => !priced.has(name));
  // Keys with chains of their own for every model may be many.
  const done = { known: new Set<Provider>(), any: new Set<Provider>() };
  for (const { match, targets } of routes) {
    const named = exactModels(match)?.filter((name) => !priced.has(name));
    if (named?.length === 0) continue;
    for (const target of targets) {
      const provider = byName.get(target.provider);
      if (provider === undefined || target.pricing !== undefined) continue;
      if (target.model !== undefined) yield [provider, target.model];
      else if (named !== undefined) for (const name of named) yield [provider, name];
      else {
        const isForAny = match.opensModels === true;
        const seen = isForAny ? done.any : done.known;
        if (seen.has(provider)) continue;
        seen.add(provider);
        for (const name of isForAny ? catalogues.modelsOf(provider) : unpriced) yield [provider, name];
      }
    }
  }
}
