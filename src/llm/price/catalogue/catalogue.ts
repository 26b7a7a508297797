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

/** Sources may name one model in several ways: the first one is taken. */
export function imported(prices: readonly PricedModel[], notes: readonly CatalogueNote[]): Imported {
  const byLabel = new Map<string, PricedModel>();
  for (const price of prices) {
    const label = labelOf(price);
    if (!byLabel.has(label)) byLabel.set(label, price);
  }
  return { prices: [...byLabel].sort(([a], [b]) => compareText(a, b)).map(([, price]) => price), notes };
}
