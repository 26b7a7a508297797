/**
 * Nano-USD, as a safe integer: up to nine million USD. Undefined: nobody has said a price; zero: it is free. Only the
 * second one may be added up.
 */
export type NanoUsd = number | undefined;

export const rateNames = [
  ...(['input', 'output', 'cachedInput', 'cacheWrite', 'cacheWrite1h', 'reasoning'] as const),
  ...(['audioInput', 'audioOutput', 'imageInput'] as const),
];

export type RateName = (typeof rateNames)[number];

/** Per million tokens, so that prices far below a nano-dollar per token are whole numbers too. */
export type PriceRates = { readonly [N in RateName]?: NanoUsd };

/** For all tokens of a request with more input tokens than `above`; what it leaves out is as without it. */
export interface PriceTier extends PriceRates {
  readonly above: number;
}

export interface Price extends PriceRates {
  /** For each image made. */
  readonly perImage?: NanoUsd;
  readonly perRequest?: NanoUsd;
  readonly tiers?: readonly PriceTier[] | undefined;
}

export const serviceClasses = ['batch', 'flex', 'priority'] as const;

export type ServiceClass = (typeof serviceClasses)[number];

/** What a model costs. The classes have prices of their own, not discounts; one without has an unknown price. */
export interface Pricing {
  readonly standard: Price;
  readonly batch?: Price | undefined;
  readonly flex?: Price | undefined;
  readonly priority?: Price | undefined;
}
