import {
  type NanoUsd,
  type Price,
  type PriceTier,
  type Pricing,
  type RateName,
  type ServiceClass,
  serviceClasses,
} from '../pricing.ts';

type PriceClass = 'standard' | ServiceClass;

interface Draft {
  readonly rates: { [N in RateName | 'perImage' | 'perRequest']?: NanoUsd };
  readonly tiers: Map<number, { [N in RateName]?: NanoUsd }>;
}

/** Puts prices together that a source names one by one. */
export class PriceBuilder {
  private readonly drafts = new Map<PriceClass, Draft>();

  rate(price: PriceClass, name: RateName, nanoUsd: NanoUsd, above?: number): void {
    const draft = this.draft(price);
    if (above === undefined) {
      draft.rates[name] = nanoUsd;
      return;
    }
    const tier = draft.tiers.get(above) ?? {};
    tier[name] = nanoUsd;
    draft.tiers.set(above, tier);
  }

  piece(price: PriceClass, name: 'perImage' | 'perRequest', nanoUsd: NanoUsd): void {
    this.draft(price).rates[name] = nanoUsd;
  }

  /** Undefined: nobody named a price. */
  build(): Pricing | undefined {
    const standard = this.drafts.get('standard');
    if (standard === undefined) return undefined;
    const classes = serviceClasses.flatMap((name) => {
      const draft = this.drafts.get(name);
      return draft === undefined ? [] : [[name, priceOf(draft)] as const];
    });
    return { standard: priceOf(standard), ...Object.fromEntries(classes) };
  }

  private draft(price: PriceClass): Draft {
    let draft = this.drafts.get(price);
    if (draft === undefined) {
      draft = { rates: {}, tiers: new Map() };
      this.drafts.set(price, draft);
    }
    return draft;
  }
}

function priceOf({ rates, tiers }: Draft): Price {
  if (tiers.size === 0) return rates;
  const rising = [...tiers].sort(([a], [b]) => a - b).map(([above, tier]): PriceTier => ({ above, ...tier }));
  return { ...rates, tiers: rising };
}
