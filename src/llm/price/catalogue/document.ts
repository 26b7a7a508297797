import { formatNano, parseNano } from '../../../lib/decimal.ts';
import { type NanoUsd, type Price, type PriceTier, type Pricing, rateNames, serviceClasses } from '../pricing.ts';
import type { PriceCatalogue } from './catalogue.ts';

/**
 * A catalogue as a file, YAML or JSON:
 *
 *     kind: PriceCatalogue
 *     models:
 *       gpt-4o:
 *         provider: openai
 *         input: 2.5             # USD per million tokens
 *         output: 10
 *         cachedInput: null      # not published: never charged at another price
 *         tiers: [{above: 200000, input: 5}]
 *         batch: {input: 1.25, output: 5}
 *
 * Fields are those of `pricing` of a Model, and `null` besides.
 */
export interface CatalogueDocument {
  readonly kind: 'PriceCatalogue';
  readonly models: Readonly<Record<string, PricingDocument & { readonly provider?: string }>>;
}

export type PricingDocument = { readonly [field: string]: unknown };

export function catalogueDocument(catalogue: PriceCatalogue): CatalogueDocument {
  const models = catalogue.map(({ name, provider, pricing }) => [
    name,
    { ...(provider === undefined ? {} : { provider }), ...pricingDocument(pricing) },
  ]);
  return { kind: 'PriceCatalogue', models: Object.fromEntries(models) as CatalogueDocument['models'] };
}

/** Prices as they stand in a catalogue, and in `pricing` of a Model. */
export function pricingDocument(pricing: Pricing): PricingDocument {
  const classes = serviceClasses.flatMap((name) => {
    const price = pricing[name];
    return price === undefined ? [] : [[name, priceDocument(price)] as const];
  });
  return { ...priceDocument(pricing.standard), ...Object.fromEntries(classes) };
}

export const pieceNames = ['perImage', 'perRequest'] as const;

function priceDocument(price: Price): PricingDocument {
  const document: Record<string, unknown> = {};
  for (const name of [...rateNames, ...pieceNames]) {
    if (price[name] !== undefined) document[name] = amount(price[name]);
  }
  if (price.tiers !== undefined && price.tiers.length > 0) document.tiers = price.tiers.map(tierDocument);
  return document;
}

function tierDocument(tier: PriceTier): PricingDocument {
  const document: Record<string, unknown> = { above: tier.above };
  if (tier.isInclusive === true) document.inclusive = true;
  for (const name of rateNames) if (tier[name] !== undefined) document[name] = amount(tier[name]);
  return document;
}

/** As a number where it reads back to the same price, else as text. */
function amount(nanoUsd: NanoUsd): number | string | null {
  if (nanoUsd === null || nanoUsd === undefined) return null;
  const text = formatNano(nanoUsd);
  const back = parseNano(Number(text));
  return back.ok && back.value === nanoUsd ? Number(text) : text;
}
