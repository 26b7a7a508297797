import type { Usage } from '../usage/usage.ts';
import type { PriceRates, Pricing, RateName } from './pricing.ts';
import { rateOf, ratesFor } from './rates.ts';
import { priceOfTier } from './service-class.ts';

/** Why nobody can say what a request cost. Never the same as nothing. */
export type UnknownCost =
  /** The model has no prices. */
  | { readonly kind: 'unknown'; readonly reason: 'unpriced' }
  /** The service tier that answered has no prices, or the kind of tokens has none. */
  | { readonly kind: 'unknown'; readonly reason: 'tier' | 'rate'; readonly of: string }
  | { readonly kind: 'unknown'; readonly reason: 'too large' };

export interface KnownCost {
  readonly kind: 'known';
  readonly nanoUsd: number;
  /** Tokens of a kind without a price of its own were charged at another one's. */
  readonly isDerived: boolean;
}

export type Cost = KnownCost | UnknownCost;

export interface CostOptions {
  /** Of the response. Default: the one in `usage`. */
  readonly serviceTier?: string | undefined;
}

const perMillion = 1_000_000n;

/** What a request cost, to the nano-dollar, halves up. */
export function cost(usage: Usage, pricing: Pricing | undefined, options: CostOptions = {}): Cost {
  if (pricing === undefined) return { kind: 'unknown', reason: 'unpriced' };
  const tier = options.serviceTier ?? usage.serviceTier;
  const price = priceOfTier(pricing, tier);
  if (price === undefined) return { kind: 'unknown', reason: 'tier', of: tier ?? 'standard' };
  const { images } = usage;
  // Models that are paid per image say no tokens, or tokens that nobody pays for.
  const isPaidPerImage = images > 0 && price.perImage !== undefined;
  if (images > 0 && !isPaidPerImage && usage.output === 0) return { kind: 'unknown', reason: 'rate', of: 'perImage' };

  const bill = new Bill(ratesFor(price, usage.input), isPaidPerImage);
  const { cachedInput, cacheWrite5m, cacheWrite1h, audioInput, imageInput, reasoning, audioOutput } = usage;
  bill.tokens('cachedInput', cachedInput);
  bill.tokens('cacheWrite', cacheWrite5m);
  bill.tokens('cacheWrite1h', cacheWrite1h);
  bill.tokens('audioInput', audioInput);
  bill.tokens('imageInput', imageInput);
  bill.tokens('input', usage.input - cachedInput - cacheWrite5m - cacheWrite1h - audioInput - imageInput);
  bill.tokens('reasoning', reasoning);
  bill.tokens('audioOutput', audioOutput);
  bill.tokens('output', usage.output - reasoning - audioOutput);
  if (isPaidPerImage) bill.pieces(price.perImage ?? 0, images);
  bill.pieces(price.perRequest ?? 0, 1);
  return bill.total();
}

/** Adds up in one unit that is exact for all prices, and rounds once. */
export class Bill {
  private readonly rates: PriceRates;
  private readonly isLenient: boolean;
  private sum = 0n;
  private isDerived = false;
  private missing: string | undefined;

  /** `isLenient`: tokens without a price are paid for by something else. */
  constructor(rates: PriceRates, isLenient = false) {
    this.rates = rates;
    this.isLenient = isLenient;
  }

  tokens(name: RateName, count: number): void {
    if (count === 0) return;
    const { nanoUsd, isDerived } = rateOf(this.rates, name);
    if (nanoUsd !== undefined) {
      this.sum += BigInt(count) * BigInt(nanoUsd);
      this.isDerived ||= isDerived;
    } else if (!this.isLenient) this.missing ??= name;
  }

  pieces(nanoUsd: number, count: number): void {
    if (nanoUsd !== 0) this.sum += BigInt(nanoUsd) * BigInt(count) * perMillion;
  }

  total(): Cost {
    if (this.missing !== undefined) return { kind: 'unknown', reason: 'rate', of: this.missing };
    const nanoUsd = Number((this.sum + perMillion / 2n) / perMillion);
    if (!Number.isSafeInteger(nanoUsd)) return { kind: 'unknown', reason: 'too large' };
    return { kind: 'known', nanoUsd, isDerived: this.isDerived };
  }
}
