import type { Origins } from './origins.ts';

/**
 * What a model costs, under its name; or one target, under the name that the target says; or what a catalogue says of a
 * provider's model, under `listedPricingName`.
 */
export interface Pricing {
  readonly name: string;
  /** Of its content, for usage records. */
  readonly version: string;
  readonly standard: Price;
  readonly batch?: Price;
  readonly flex?: Price;
  readonly priority?: Price;
  readonly origins: Origins;
}

/** Nano-USD per million tokens. */
export interface Rates {
  readonly input?: number;
  readonly output?: number;
  readonly cachedInput?: number;
  readonly cacheWrite?: number;
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  readonly audioInput?: number;
  readonly audioOutput?: number;
  readonly imageInput?: number;
}

export interface Price extends Rates {
  /** Nano-USD. */
  readonly perImage?: number;
  readonly perRequest?: number;
  /** Rising. */
  readonly tiers: readonly (Rates & { readonly above: number })[];
}

/** For targets of this provider that call it by this model, and have no price but this. Names of models have no blanks. */
export function listedPricingName(provider: string, model: string): string {
  return `listed ${provider} ${model}`;
}
