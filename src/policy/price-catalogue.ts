import { documentReference, modelName } from './name.ts';
import { pricing } from './pricing.ts';
import { optional, required } from './schema/field.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, pathText, reject, under } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';

/** As many as fit into an object of a cluster, which etcd keeps up to 1.5 MB of: some 250 bytes for each. */
export const mostListedPrices = 4000;

/** What one model of a provider costs. */
export const listedPrice = object({
  provider: optional(
    documentReference,
    'Whose price it is: the name of a Provider, or the service that it calls, such as openai or groq. Default: everybody’s.',
  ),
  model: required(modelName, 'The provider’s own name for the model.'),
  pricing: required(pricing, 'What it costs.'),
});

export type ListedPriceSpec = Infer<typeof listedPrice>;

const fields = object({
  prices: required(
    list(listedPrice, {
      least: 1,
      most: mostListedPrices,
      emptyRemedy: 'give at least one price: {provider: NAME, model: NAME, pricing: {input: 1, output: 2}}',
    }),
    'What the models of providers cost.',
  ),
});

/** Prices for targets that state none, and whose Model states none. */
export type PriceCatalogueSpec = Infer<typeof fields>;

export const priceCatalogueSpec: Schema<PriceCatalogueSpec> = refine(fields, withoutDuplicates);

function withoutDuplicates(spec: PriceCatalogueSpec, place: Place): Parsed<PriceCatalogueSpec> {
  const first = new Map<string, number>();
  let isValid = true;
  for (const [index, { provider, model }] of spec.prices.entries()) {
    const key = `${provider ?? ''} ${model}`;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, index);
      continue;
    }
    const prices = under(place, 'prices');
    const whose = provider === undefined ? model : `${model} of ${provider}`;
    const message = `is a second price of ${whose}, beside ${pathText(under(prices, before).path)}`;
    reject(under(prices, index), message, 'remove one of them');
    isValid = false;
  }
  return isValid ? spec : invalid;
}
