import type { GatewayModel } from '../../gateway.ts';
import type { Target } from '../../route.ts';
import type { Catalogues } from './catalogues.ts';
import { exactModels } from './exact-models.ts';

/** Models whose requests have a known cost, whichever target answers. */
export function pricedModels(
  { routes, providers, pricings }: Pick<GatewayModel, 'routes' | 'providers' | 'pricings'>,
  catalogues: Catalogues,
): ReadonlySet<string> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const isPriced = (target: Target, model: string): boolean => {
    const provider = byName.get(target.provider);
    if (target.pricing !== undefined || provider === undefined) return target.pricing !== undefined;
    return catalogues.priceOf(provider, target.model ?? model) !== undefined;
  };
  const priced = new Set<string>();
  const unpriced = new Set<string>();
  for (const { match, targets } of routes) {
    // A key's own chain answers that key alone.
    if (match.key !== undefined) continue;
    for (const model of exactModels(match) ?? []) {
      const isKnown = targets.length > 0 && targets.every((target) => isPriced(target, model));
      (isKnown ? priced : unpriced).add(model);
    }
  }
  // One of several routes is enough to make a cost unknown; what the model says itself holds for all of them.
  for (const model of unpriced) priced.delete(model);
  for (const { name } of pricings) priced.add(name);
  return priced;
}
