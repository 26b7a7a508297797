import type { Price, Pricing, ServiceClass } from './pricing.ts';

const standardNames: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand', 'standard_only']);

/** The price of what a response says about its service tier; undefined: nobody has said what that costs. */
export function priceOfTier(pricing: Pricing, serviceTier: string | undefined): Price | undefined {
  if (serviceTier === undefined || standardNames.has(serviceTier)) return pricing.standard;
  return isClass(serviceTier) ? pricing[serviceTier] : undefined;
}

/**
 * The prices that a request may meet, by the service tier that it asks for. Who asks for nothing, or `auto`, may get
 * what the provider's project is set to; who asks for a class may get the standard one instead.
 */
export function reachablePrices(pricing: Pricing, requestedTier: unknown): readonly (Price | undefined)[] {
  const { standard, priority } = pricing;
  if (requestedTier === 'default' || requestedTier === 'standard' || requestedTier === 'standard_only')
    return [standard];
  if (typeof requestedTier === 'string' && isClass(requestedTier)) return [standard, pricing[requestedTier]];
  return priority === undefined ? [standard] : [standard, priority];
}

function isClass(text: string): text is ServiceClass {
  return text === 'batch' || text === 'flex' || text === 'priority';
}
