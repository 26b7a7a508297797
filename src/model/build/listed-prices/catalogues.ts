import { sortedBy } from '../../../lib/sort.ts';
import type { PolicyDocument, PriceCatalogueDocument } from '../../../policy/document.ts';
import type { ListedPriceSpec } from '../../../policy/price-catalogue.ts';
import { publicServiceAt } from '../../../policy/public-service.ts';
import { listedPricingName, type Pricing } from '../../pricing.ts';
import type { Provider } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import { memo } from '../memo.ts';
import { ofKind } from '../of-kind.ts';
import { buildPricing } from '../pricing.ts';
import { reference } from '../reference.ts';
import { warnOfBesides, warnOfOtherPrices } from './other-prices.ts';

/** All catalogues of a policy, in the order of their names. */
export interface Catalogues {
  readonly isEmpty: boolean;
  /** What a provider asks for one of its models. */
  priceOf(provider: Provider, model: string): Pricing | undefined;
  /** The provider's models that have a price. */
  modelsOf(provider: Provider): ReadonlySet<string>;
}

/** By who asks the price, then by model. */
export type PriceIndex = ReadonlyMap<string, ReadonlyMap<string, ListedPriceSpec>>;

export interface IndexedCatalogue {
  readonly document: PriceCatalogueDocument;
  readonly prices: PriceIndex;
  /** Prices of a Provider beside one in the same catalogue that names it in full. */
  readonly besides: readonly ListedPriceSpec[];
}

export function readCatalogues(documents: readonly PolicyDocument[], context: BuildContext): Catalogues {
  const catalogues = sortedBy(ofKind(documents, 'PriceCatalogue'), ({ id }) => id).map(indexed);
  warnOfOtherPrices(catalogues, context);
  for (const catalogue of catalogues) warnOfBesides(catalogue, context);
  return {
    isEmpty: catalogues.length === 0,
    priceOf(provider, model) {
      for (const who of namesOf(provider)) {
        for (const { document, prices } of catalogues) {
          const price = prices.get(who)?.get(model);
          if (price !== undefined) return pricingOf(provider, price, document);
        }
      }
      return undefined;
    },
    modelsOf: (provider) =>
      new Set(
        namesOf(provider).flatMap((who) => catalogues.flatMap(({ prices }) => [...(prices.get(who)?.keys() ?? [])])),
      ),
  };
}

const everybody = 'everybody';

/** From the most specific one to the one that everybody has. */
function namesOf({ name, endpoint }: Provider): readonly string[] {
  const service = publicServiceAt(endpoint.host);
  return [`provider ${name}`, ...(service === undefined ? [] : [`service ${service}`]), everybody];
}

/** What an entry's `provider` may mean. */
function meantBy(written: string | undefined, namespace: string): readonly string[] {
  if (written === undefined) return [everybody];
  return [`provider ${reference(written, namespace)}`, `service ${written}`];
}

function indexed(document: PriceCatalogueDocument): IndexedCatalogue {
  return memo(document, 'prices', '', () => {
    const prices = new Map<string, Map<string, ListedPriceSpec>>();
    const besides: ListedPriceSpec[] = [];
    for (const price of sortedBy(document.spec.prices, namesInFull)) {
      for (const who of meantBy(price.provider, document.namespace)) {
        const known = prices.get(who) ?? new Map<string, ListedPriceSpec>();
        prices.set(who, known);
        if (known.has(price.model)) besides.push(price);
        else known.set(price.model, price);
      }
    }
    return { document, prices, besides };
  });
}

/** `default/openai` is the Provider and nothing else; `openai` may be meant for all others at the service. */
function namesInFull({ provider = '' }: ListedPriceSpec): string {
  return provider.includes('/') ? '0' : '1';
}

function pricingOf({ name }: Provider, price: ListedPriceSpec, { id }: PriceCatalogueDocument): Pricing {
  const listed = listedPricingName(name, price.model);
  return memo(price, listed, id, () => buildPricing(listed, price.pricing, [id]));
}
