import { type NanoUsd, type Price, type PriceRates, type PriceTier, type RateName, rateNames } from './pricing.ts';

/**
 * What stands in for a price that nobody has said, as the reference of `pricing` promises. Where the tokens usually
 * cost something else, the cost is marked as derived.
 */
const standIns: Readonly<Partial<Record<RateName, { readonly by: RateName; readonly isUsual: boolean }>>> = {
  cachedInput: { by: 'input', isUsual: false },
  cacheWrite: { by: 'input', isUsual: false },
  cacheWrite1h: { by: 'cacheWrite', isUsual: false },
  audioInput: { by: 'input', isUsual: false },
  audioOutput: { by: 'output', isUsual: false },
  // Hardly any provider asks another price for these.
  imageInput: { by: 'input', isUsual: true },
  reasoning: { by: 'output', isUsual: true },
};

export interface Rate {
  readonly nanoUsd: NanoUsd;
  readonly isDerived: boolean;
}

/** The rate of a kind of tokens. */
export function rateOf(rates: PriceRates, name: RateName): Rate {
  let isDerived = false;
  for (let current = name; ; ) {
    const nanoUsd = rates[current];
    const standIn = nanoUsd === undefined ? standIns[current] : undefined;
    if (standIn === undefined) return { nanoUsd, isDerived: isDerived && nanoUsd !== undefined };
    isDerived ||= !standIn.isUsual;
    current = standIn.by;
  }
}

/** The rates of a request with so many input tokens: those of one tier, for all of its tokens. */
export function ratesFor(price: Price, inputTokens: number): PriceRates {
  let chosen: PriceTier | undefined;
  for (const tier of price.tiers ?? []) {
    if (inputTokens > tier.above && tier.above >= (chosen?.above ?? 0)) chosen = tier;
  }
  return chosen === undefined ? price : merged(price, chosen);
}

/** The rates of every tier that a request may meet with input tokens between these. */
export function ratesBetween(price: Price, least: number, most: number): readonly PriceRates[] {
  const steps = (price.tiers ?? []).map((tier) => tier.above + 1).filter((tokens) => tokens > least && tokens < most);
  return [least, ...steps, most].map((tokens) => ratesFor(price, tokens));
}

/** Before anything stands in for another: a tier's own input price must reach its cached input. */
function merged(below: PriceRates, tier: PriceTier): PriceRates {
  const rates: { [N in RateName]?: NanoUsd } = {};
  for (const name of rateNames) {
    const rate = tier[name] ?? below[name];
    if (rate !== undefined) rates[name] = rate;
  }
  return rates;
}
