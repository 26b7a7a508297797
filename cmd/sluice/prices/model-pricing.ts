import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { PriceCatalogue, PricedModel } from '../../../src/llm/price/catalogue/catalogue.ts';
import { type PricingDocument, pricingDocument } from '../../../src/llm/price/catalogue/document.ts';
import type { Price, Pricing } from '../../../src/llm/price/pricing.ts';

/** The one entry that a Model's `pricing` is made of: what the flags left over, or the one of the model's name. */
export function entryFor(model: string, catalogue: PriceCatalogue): Result<PricedModel> {
  const named = catalogue.filter(({ name }) => name === model || name.endsWith(`/${model}`));
  const exact = named.filter(({ name }) => name === model);
  const candidates = exact.length > 0 ? exact : named.length > 0 ? named : catalogue;
  const [first] = candidates;
  if (first === undefined) return err('No model is left.');
  if (candidates.length === 1) return ok(first);
  if (named.length === 0) {
    const near = suggest(
      model,
      catalogue.map(({ name }) => name),
    );
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    return err(`No price is called ${model}, and ${catalogue.length} are left.${meant} Choose one with --model.`);
  }
  const names = candidates.slice(0, 5).map(({ name }) => name);
  return err(`Several prices fit ${model}: ${names.join(', ')}. Choose one with --model or --provider.`);
}

export interface ModelPricing {
  readonly pricing: PricingDocument;
  /** What a Model cannot say, as half sentences. */
  readonly lost: readonly string[];
}

/** Prices as a Model may have them: without `null`, and with tiers that begin beyond their threshold. */
export function modelPricing(pricing: Pricing): ModelPricing {
  const lost: string[] = [];
  const { standard, batch, flex, priority } = pricing;
  const kept: Pricing = {
    standard: sayable(standard, lost),
    ...(batch === undefined ? {} : { batch: sayable(batch, lost) }),
    ...(flex === undefined ? {} : { flex: sayable(flex, lost) }),
    ...(priority === undefined ? {} : { priority: sayable(priority, lost) }),
  };
  return { pricing: pricingDocument(kept), lost };
}

function sayable(price: Price, lost: string[]): Price {
  const { tiers = [], ...rates } = price;
  const said = Object.fromEntries(
    Object.entries(rates).filter(([name, amount]) => {
      if (amount === null) lost.push(`${name} is not published, which a Model cannot say`);
      return amount !== null;
    }),
  );
  const beyond = tiers.map(({ isInclusive, above, ...tier }) => ({
    ...tier,
    above: isInclusive === true ? above - 1 : above,
  }));
  return beyond.length === 0 ? said : { ...said, tiers: beyond };
}
