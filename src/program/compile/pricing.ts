import { create } from '@bufbuild/protobuf';
import {
  type Pricing as Message,
  type Price as PriceMessage,
  PriceSchema,
  PricingSchema,
  type PriceTier as TierMessage,
} from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { Price, PriceRates, PriceTier, Pricing } from '../pricing.ts';
import { type Compiled, refused } from './refusal.ts';

export const pricingSchema = PricingSchema;

export function compilePricing(message: Message): Compiled<Pricing> {
  const { name, version } = message;
  if (name === '') return refused('name is missing');
  if (message.standard === undefined) return refused('standard is missing');
  const all = [message.standard, message.batch, message.flex, message.priority];
  if (!all.every((price) => price === undefined || isExact(price))) return refused('a price is too large');
  return ok({
    name,
    version,
    standard: priceOf(message.standard),
    batch: message.batch && priceOf(message.batch),
    flex: message.flex && priceOf(message.flex),
    priority: message.priority && priceOf(message.priority),
  });
}

function priceOf(message: PriceMessage): Price {
  return {
    ...written(message),
    perImage: numberOf(message.perImage),
    perRequest: numberOf(message.perRequest) ?? 0,
    tiers: [...message.tiers].sort((a, b) => (a.above < b.above ? -1 : 1)).map(tierOf),
  };
}

function tierOf({ above, price }: TierMessage): PriceTier {
  return { above: Number(above), ...(price === undefined ? unsaid : written(price)) };
}

const unsaid = written(create(PriceSchema));

function written(message: PriceMessage): PriceRates {
  return {
    input: numberOf(message.input),
    output: numberOf(message.output),
    cachedInput: numberOf(message.cachedInput),
    cacheWrite: numberOf(message.cacheWrite),
    cacheWrite1h: numberOf(message.cacheWrite1h),
    reasoning: numberOf(message.reasoning),
    audioInput: numberOf(message.audioInput),
    audioOutput: numberOf(message.audioOutput),
    imageInput: numberOf(message.imageInput),
  };
}

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function isExact(price: PriceMessage): boolean {
  const values = [price, ...price.tiers.flatMap((tier) => (tier.price === undefined ? [] : [tier.price]))].flatMap(
    (each) => [...Object.values(written(each)), numberOf(each.perImage), numberOf(each.perRequest)],
  );
  return values.every((value) => value === undefined || Number.isSafeInteger(value));
}
