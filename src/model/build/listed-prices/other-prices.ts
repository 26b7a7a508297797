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
      const named = [...differing].slice(0, mostNamed).map(nameOf).join(', ');
      const more = differing.size > mostNamed ? ` and ${differing.size - mostNamed} more` : '';
      const message = `has no effect for ${named}${more}: ${before.document.id} has other prices for them, and comes first`;
      context.warn(document, 'spec.prices', message, 'remove them from one of the two');
    }
  }
}

function differs(price: ListedPriceSpec, other: ListedPriceSpec | undefined): boolean {
  return other !== undefined && canonicalJson(price.pricing) !== canonicalJson(other.pricing);
}

function nameOf({ provider, model }: ListedPriceSpec): string {
  return provider === undefined ? model : `${model} of ${provider}`;
}
