import { formatNano } from '../lib/decimal.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { list } from './schema/list.ts';
import { money } from './schema/money.ts';
import { object } from './schema/object.ts';
import type { Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { quantity } from './schema/quantity.ts';
import { type Infer, refine } from './schema/schema.ts';
import { noted } from './schema/server-notes.ts';

const price = money({ from: 0, to: 1_000_000 });

const rates = {
  input: optional(price, 'USD per million input tokens.'),
  output: optional(price, 'USD per million output tokens.'),
  cachedInput: optional(price, 'USD per million input tokens read from the provider’s cache. Default: as input.'),
  cacheWrite: optional(price, 'USD per million input tokens written to the provider’s cache. Default: as input.'),
  cacheWrite1h: optional(price, 'The same for a cache that keeps them an hour. Default: as cacheWrite.'),
  reasoning: optional(price, 'USD per million output tokens of reasoning. Default: as output.'),
  audioInput: optional(price, 'USD per million input tokens of audio. Default: as input.'),
  audioOutput: optional(price, 'USD per million output tokens of audio. Default: as output.'),
  imageInput: optional(price, 'USD per million input tokens of images. Default: as input.'),
};

const tier = object({
  above: required(quantity({ from: 1, to: 1_000_000_000 }), 'Input tokens of a request from which on it holds.'),
  ...rates,
});

const priceFields = {
  ...rates,
  perImage: optional(price, 'USD per image made.'),
  perRequest: optional(price, 'USD per request.'),
  tiers: defaulted(
    list(tier, { most: 8 }),
    [],
    'Prices for all tokens of a request with more input tokens than this. What is left out is as without tier.',
  ),
};

const plain = object(priceFields);

type Plain = Infer<typeof plain>;

/** Prices are numbers or texts, which CEL cannot see: what it can count is fields. */
const saysSomething = { keywords: { minProperties: 1 } };

const variant = noted(refine(plain, checkPrice), saysSomething);

/** What a model costs, in nano-USD. */
export const pricing = noted(
  refine(
    object({
      ...priceFields,
      batch: optional(variant, 'Prices of requests in a batch.'),
      flex: optional(variant, 'Prices of requests of the service tier flex.'),
      priority: optional(variant, 'Prices of requests of the service tier priority.'),
    }),
    checkPrice,
  ),
  saysSomething,
);

export type PricingSpec = Infer<typeof pricing>;

/** From here on a price is likelier one per token, or per thousand, that was taken for one per million. */
const implausible = 1_000_000_000_000;

function checkPrice<T extends Plain>(spec: T, place: Place): Parsed<T> {
  const isEmpty = Object.entries(spec).every(([name, value]) => name === 'tiers' || value === undefined);
  if (isEmpty) return reject(place, 'says no price', 'add input and output, or remove it: the cost is then unknown');
  for (const [index, step] of spec.tiers.entries()) {
    const before = spec.tiers[index - 1];
    if (before !== undefined && step.above <= before.above) {
      const here = under(under(under(place, 'tiers'), index), 'above');
      return reject(here, `is not more than the one before (${before.above})`, 'order tiers by above, each once');
    }
  }
  warnOfOddities(spec, place);
  return spec;
}

function warnOfOddities(spec: Plain, place: Place): void {
  const { input, output, cachedInput } = spec;
  for (const [name, value] of [
    ['input', input],
    ['output', output],
  ] as const) {
    if (value !== undefined && value >= implausible) {
      warn(
        under(place, name),
        `is ${formatNano(value)} USD per million tokens`,
        'check that it is not a price per thousand',
      );
    }
    if (value !== undefined && value > 0 && value < 1_000_000) {
      warn(
        under(place, name),
        `is ${formatNano(value)} USD per million tokens`,
        'check that it is not a price per token',
      );
    }
  }
  if (input !== undefined && cachedInput !== undefined && cachedInput > input) {
    warn(under(place, 'cachedInput'), 'is more than input', 'check that they are not mixed up');
  }
  if (input !== undefined && output !== undefined && output < input && output > 0) {
    warn(under(place, 'output'), 'is less than input', 'check that they are not mixed up');
  }
  if (input === undefined && output !== undefined) {
    warn(under(place, 'input'), 'is missing, so a request with input tokens has an unknown cost', 'add it');
  }
}
