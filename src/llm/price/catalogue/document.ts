import { formatNano, parseNano } from '../../../lib/decimal.ts';
import { type NanoUsd, type Price, type PriceTier, type Pricing, rateNames, serviceClasses } from '../pricing.ts';

export type PricingDocument = { readonly [field: string]: unknown };

/** Prices as they stand in `pricing` of a policy: in USD per million tokens. */
export function pricingDocument(pricing: Pricing): PricingDocument {
  const classes = serviceClasses.flatMap((name) => {
    const price = pricing[name];
    return price === undefined ? [] : [[name, priceDocument(price)] as const];
  });
  return { ...priceDocument(pricing.standard), ...Object.fromEntries(classes) };
}

function priceDocument(price: Price): PricingDocument {
  const document: Record<string, unknown> = {};
  for (const name of [...rateNames, 'perImage', 'perRequest'] as const) {
    if (price[name] !== undefined) document[name] = amount(price[name]);
  }
  if (price.tiers !== undefined && price.tiers.length > 0) document.tiers = price.tiers.map(tierDocument);
  return document;
}

function tierDocument(tier: PriceTier): PricingDocument {
  const document: Record<string, unknown> = { above: tier.above };
  for (const name of rateNames) if (tier[name] !== undefined) document[name] = amount(tier[name]);
  return document;
}

/** As a number where it reads back to the same price, else as text. */
function amount(nanoUsd: NonNullable<NanoUsd>): number | string {
  const text = formatNano(nanoUsd);
  const back = parseNano(Number(text));
  return back.ok && back.value === nanoUsd ? Number(text) : text;
}
