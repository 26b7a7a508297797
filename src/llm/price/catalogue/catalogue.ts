import type { Pricing } from '../pricing.ts';

export interface PricedModel {
  /** Unique in the catalogue; with the provider in front where another one may have a model of the same name. */
  readonly name: string;
  /** Whose prices these are, in the words of their source. */
  readonly provider: string | undefined;
  readonly pricing: Pricing;
}

/** Prices of many models, in the order of their names. */
export type PriceCatalogue = readonly PricedModel[];

/** Something in a source that did not become a price, or a strange one. `says` is half a sentence about `model`. */
export interface CatalogueNote {
  readonly model: string;
  readonly kind: 'skipped' | 'odd' | 'lost';
  readonly says: string;
}

export interface Imported {
  readonly catalogue: PriceCatalogue;
  readonly notes: readonly CatalogueNote[];
}
