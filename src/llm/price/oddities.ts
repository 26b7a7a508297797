import { formatNano } from '../../lib/decimal.ts';
import type { NanoUsd, Price, PriceRates, Pricing } from './pricing.ts';
import { serviceClasses } from './pricing.ts';

/** 1,000 USD per million tokens: likelier a price per thousand. */
const dearest = 1_000_000_000_000;
/** A thousandth of a dollar per million tokens: likelier a price per token, or per thousand. */
const cheapest = 1_000_000;

/** What about prices looks like a mistake of units or of places, as half sentences. */
export function oddities(pricing: Pricing): readonly string[] {
  const found = ofPrice(pricing.standard, '');
  for (const name of serviceClasses) {
    const price = pricing[name];
    if (price !== undefined) found.push(...ofPrice(price, `${name}.`));
  }
  return found;
}

function ofPrice(price: Price, prefix: string): string[] {
  const found = ofRates(price, prefix);
  for (const tier of price.tiers ?? []) found.push(...ofRates(tier, `${prefix}tiers above ${tier.above} `));
  return found;
}

function ofRates(rates: PriceRates, prefix: string): string[] {
  const found: string[] = [];
  for (const name of ['input', 'output', 'cachedInput', 'cacheWrite'] as const) {
    const rate = rates[name];
    if (!isNumber(rate) || rate === 0) continue;
    const says = `${prefix}${name} is ${formatNano(rate)} USD per million tokens`;
    if (rate >= dearest) found.push(`${says}, which looks like a price per thousand`);
    else if (rate < cheapest) found.push(`${says}, which looks like a price per token`);
  }
  const { input, output, cachedInput } = rates;
  if (isNumber(input) && isNumber(cachedInput) && cachedInput > input)
    found.push(`${prefix}cachedInput is more than input`);
  if (isNumber(input) && isNumber(output) && output > 0 && output < input)
    found.push(`${prefix}output is less than input`);
  return found;
}

function isNumber(rate: NanoUsd): rate is number {
  return typeof rate === 'number';
}
