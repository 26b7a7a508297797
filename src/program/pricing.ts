/** What a model costs. */
export interface Pricing {
  readonly name: string;
  /** Of its content, for usage records. */
  readonly version: string;
  readonly standard: Price;
  /** Undefined: not said, so a request of this class has an unknown price. */
  readonly batch: Price | undefined;
  readonly flex: Price | undefined;
  readonly priority: Price | undefined;
}

/**
 * Nano-USD per million tokens. Undefined: policy leaves it out. What stands in for it, and whether anything does, is
 * decided where costs are made.
 */
export interface PriceRates {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cachedInput: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly cacheWrite1h: number | undefined;
  readonly reasoning: number | undefined;
  readonly audioInput: number | undefined;
  readonly audioOutput: number | undefined;
  readonly imageInput: number | undefined;
}

export interface Price extends PriceRates {
  /** Nano-USD for each image made; undefined: images cost their tokens. */
  readonly perImage: number | undefined;
  /** Nano-USD. */
  readonly perRequest: number;
  /** Rising. */
  readonly tiers: readonly PriceTier[];
}

/** Rates for all tokens of a request with more input tokens than `above`; what it leaves out is as without it. */
export interface PriceTier extends PriceRates {
  readonly above: number;
}
