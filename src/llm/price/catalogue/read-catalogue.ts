import { parseNano } from '../../../lib/decimal.ts';
import { sortedByName } from '../../../lib/sort.ts';
import {
  type NanoUsd,
  type Price,
  type PriceTier,
  type Pricing,
  type RateName,
  rateNames,
  serviceClasses,
} from '../pricing.ts';
import type { PriceCatalogue, PricedModel } from './catalogue.ts';
import { pieceNames } from './document.ts';
import { isObject } from './is-object.ts';

/** Reads what `catalogueDocument()` writes, and what people do. Problems are whole sentences with the place in front. */
export function readCatalogue(document: unknown): {
  readonly catalogue: PriceCatalogue;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const models: PricedModel[] = [];
  if (!isObject(document) || document.kind !== 'PriceCatalogue' || !isObject(document.models)) {
    return { catalogue: [], problems: ['It is not a PriceCatalogue: write kind: PriceCatalogue and models.'] };
  }
  for (const [name, entry] of Object.entries(document.models)) {
    const place = `models.${name}`;
    if (!isObject(entry)) {
      problems.push(`${place}: it is not a mapping.`);
      continue;
    }
    const { provider, ...prices } = entry;
    if (provider !== undefined && typeof provider !== 'string') problems.push(`${place}.provider: it is not a text.`);
    models.push({
      name,
      provider: typeof provider === 'string' ? provider : undefined,
      pricing: readPricing(prices, place, problems),
    });
  }
  return { catalogue: sortedByName(models), problems };
}

function readPricing(entry: Readonly<Record<string, unknown>>, place: string, problems: string[]): Pricing {
  const standard: Record<string, unknown> = { ...entry };
  const classes: Partial<Record<(typeof serviceClasses)[number], Price>> = {};
  for (const name of serviceClasses) {
    const inner = standard[name];
    delete standard[name];
    if (inner === undefined) continue;
    if (isObject(inner)) classes[name] = readPrice(inner, `${place}.${name}`, problems);
    else problems.push(`${place}.${name}: it is not a mapping.`);
  }
  return { standard: readPrice(standard, place, problems), ...classes };
}

function readPrice(entry: Readonly<Record<string, unknown>>, place: string, problems: string[]): Price {
  const { tiers, ...rest } = entry;
  const price = readAmounts([...rateNames, ...pieceNames], rest, place, problems);
  if (tiers === undefined) return price;
  if (!Array.isArray(tiers)) {
    problems.push(`${place}.tiers: it is not a list.`);
    return price;
  }
  const read = (tiers as unknown[]).flatMap((tier, index) => readTier(tier, `${place}.tiers[${index}]`, problems));
  return { ...price, tiers: read.sort((a, b) => a.above - b.above) };
}

function readTier(tier: unknown, place: string, problems: string[]): readonly PriceTier[] {
  if (!isObject(tier) || typeof tier.above !== 'number' || !Number.isSafeInteger(tier.above) || tier.above < 0) {
    problems.push(`${place}: it needs above, a number of tokens.`);
    return [];
  }
  const { above, inclusive, ...rates } = tier;
  if (inclusive !== undefined && typeof inclusive !== 'boolean')
    problems.push(`${place}.inclusive: it is not true or false.`);
  const read = readAmounts<RateName>(rateNames, rates, place, problems);
  return [{ above: tier.above, ...(inclusive === true ? { isInclusive: true } : {}), ...read }];
}

function readAmounts<N extends string>(
  names: readonly N[],
  entry: Readonly<Record<string, unknown>>,
  place: string,
  problems: string[],
): { readonly [K in N]?: NanoUsd } {
  const amounts: { [K in N]?: NanoUsd } = {};
  for (const [field, value] of Object.entries(entry)) {
    const name = names.find((known) => known === field);
    if (name === undefined) {
      problems.push(`${place}.${field}: there is no such field.`);
      continue;
    }
    if (value === null) {
      amounts[name] = null;
      continue;
    }
    const isAmount = typeof value === 'number' || typeof value === 'string';
    const nano = isAmount ? parseNano(value) : undefined;
    if (nano?.ok) amounts[name] = nano.value;
    else problems.push(`${place}.${field}: it ${nano === undefined ? 'is not an amount' : nano.error}.`);
  }
  return amounts;
}
