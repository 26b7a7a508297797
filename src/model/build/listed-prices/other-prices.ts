import { canonicalJson } from '../../../policy/canonical.ts';
import type { ListedPriceSpec } from '../../../policy/price-catalogue.ts';
import type { BuildContext } from '../context.ts';
import type { IndexedCatalogue } from './catalogues.ts';

const mostNamed = 3;

/** Of two catalogues that differ the one of the smaller name holds, which is hardly ever a decision. */
export function warnOfOtherPrices(catalogues: readonly IndexedCatalogue[], context: BuildContext): void {
  for (const [index, { document, prices }] of catalogues.entries()) {
    for (const before of catalogues.slice(0, index)) {
      const differing = new Set<ListedPriceSpec>();
      for (const [who, models] of prices) {
        const others = before.prices.get(who);
        if (others === undefined) continue;
        for (const [model, price] of models) if (differs(price, others.get(model))) differing.add(price);
      }
      if (differing.size === 0) continue;
      const message = `has no effect for ${namesOf([...differing])}: ${before.document.id} has other prices for them, and comes first`;
      context.warn(document, 'spec.prices', message, 'remove them from one of the two');
    }
  }
}

/** `openai` and `default/openai` are one Provider, which is hardly ever meant to have two prices. */
export function warnOfBesides({ document, besides }: IndexedCatalogue, context: BuildContext): void {
  if (besides.length === 0) return;
  const message = `has no effect for ${namesOf(besides)} by that name: the catalogue has another price with the namespace`;
  context.warn(document, 'spec.prices', message, 'remove one of them, unless the other one is for the service');
}

function namesOf(prices: readonly ListedPriceSpec[]): string {
  const named = prices.slice(0, mostNamed).map(nameOf).join(', ');
  return prices.length > mostNamed ? `${named} and ${prices.length - mostNamed} more` : named;
}

function differs(price: ListedPriceSpec, other: ListedPriceSpec | undefined): boolean {
  return other !== undefined && canonicalJson(price.pricing) !== canonicalJson(other.pricing);
}

function nameOf({ provider, model }: ListedPriceSpec): string {
  return provider === undefined ? model : `${model} of ${provider}`;
}
