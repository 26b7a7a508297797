import type { RateName } from '../pricing.ts';
import { type CatalogueNote, type Imported, imported, labelOf, type PricedModel } from './catalogue.ts';
import { isObject } from './is-object.ts';
import { PriceBuilder } from './price-builder.ts';
import { scaled } from './scaled.ts';

/** USD per million tokens to nano-USD per million tokens. */
const digits = 9;

const rateFields: Readonly<Record<string, RateName>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cachedInput',
  cache_write: 'cacheWrite',
  reasoning: 'reasoning',
  input_audio: 'audioInput',
  output_audio: 'audioOutput',
};

type Note = (kind: CatalogueNote['kind'], says: string) => void;

/** Reads `api.json` of models.dev: providers with their models, in USD per million tokens. */
export function importModelsDev(json: unknown): Imported | undefined {
  if (!isObject(json)) return undefined;
  const models: PricedModel[] = [];
  const notes: CatalogueNote[] = [];
  for (const [provider, entry] of Object.entries(json)) {
    if (!isObject(entry) || !isObject(entry.models)) continue;
    for (const [id, model] of Object.entries(entry.models)) {
      const label = labelOf({ provider, model: id });
      const note: Note = (kind, says) => notes.push({ model: label, kind, says });
      if (!isObject(model)) continue;
      const pricing = isObject(model.cost) ? pricingOf(model.cost, note) : undefined;
      if (pricing === undefined) {
        note('skipped', 'has no price');
        continue;
      }
      models.push({ provider, model: id, pricing });
    }
  }
  return imported(models, notes);
}

function pricingOf(cost: Readonly<Record<string, unknown>>, note: Note) {
  const builder = new PriceBuilder();
  addRates(builder, cost, undefined, note);
  const tiers = Array.isArray(cost.tiers) ? (cost.tiers as unknown[]) : [];
  for (const tier of tiers) addTier(builder, tier, note);
  // The older way to say it, kept beside the new one for whoever reads only that.
  if (tiers.length === 0 && isObject(cost.context_over_200k)) addRates(builder, cost.context_over_200k, 200_000, note);
  return builder.build();
}

function addTier(builder: PriceBuilder, tier: unknown, note: Note): void {
  if (!isObject(tier)) return;
  const { tier: step, ...rates } = tier;
  const isContext = isObject(step) && (step.type === undefined || step.type === 'context');
  if (!isContext || typeof step.size !== 'number' || !Number.isSafeInteger(step.size)) {
    note('lost', 'has a tier that does not depend on the context');
    return;
  }
  addRates(builder, rates, step.size, note);
}

function addRates(
  builder: PriceBuilder,
  rates: Readonly<Record<string, unknown>>,
  above: number | undefined,
  note: Note,
): void {
  for (const [field, value] of Object.entries(rates)) {
    if (field === 'tiers' || field === 'context_over_200k' || value === null) continue;
    const name = Object.hasOwn(rateFields, field) ? rateFields[field] : undefined;
    const nanoUsd = scaled(value, digits);
    if (name === undefined) note('lost', `has ${field}, which has no place here`);
    else if (nanoUsd === undefined) note('lost', `has ${field} ${String(value)}, which is no price`);
    else builder.rate('standard', name, nanoUsd, above);
  }
}
