import { isDeepStrictEqual } from 'node:util';
import { compareText } from '../../../lib/sort.ts';
import type { Pricing } from '../pricing.ts';

export interface PricedModel {
  /** Whose price it is, in the words of the source. */
  readonly provider: string | undefined;
  /** As the provider calls it. */
  readonly model: string;
  readonly pricing: Pricing;
}

/** Something in a source that did not become a price, or not all of one. `says` is half a sentence about `model`. */
export interface CatalogueNote {
  /** As `labelOf` says it. */
  readonly model: string;
  readonly kind: 'skipped' | 'odd' | 'lost';
  readonly says: string;
}

export interface Imported {
  /** Sorted by provider and model, each once. */
  readonly prices: readonly PricedModel[];
  readonly notes: readonly CatalogueNote[];
}

export function labelOf({ provider, model }: Pick<PricedModel, 'provider' | 'model'>): string {
  return provider === undefined ? model : `${provider}/${model}`;
}

/** Sources may name one model in several ways: the first one is taken, and one that differs from it is told. */
export function imported(prices: readonly PricedModel[], notes: readonly CatalogueNote[]): Imported {
  const byLabel = new Map<string, PricedModel>();
  const second: CatalogueNote[] = [];
  for (const price of prices) {
    const label = labelOf(price);
    const first = byLabel.get(label);
    if (first === undefined) byLabel.set(label, price);
    else if (!isSamePrice(first, price)) second.push({ model: label, kind: 'lost', says: 'has a second price' });
  }
  const sorted = [...byLabel].sort(([a], [b]) => compareText(a, b)).map(([, price]) => price);
  return { prices: sorted, notes: [...notes, ...second] };
}

export function isSamePrice(one: Pick<PricedModel, 'pricing'>, other: Pick<PricedModel, 'pricing'>): boolean {
  return isDeepStrictEqual(one.pricing, other.pricing);
}
