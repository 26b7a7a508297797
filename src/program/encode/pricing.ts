import type { MessageInitShape } from '@bufbuild/protobuf';
import { programContract } from '../../contract.ts';
import { type PriceSchema, PricingSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { Price, Pricing, Rates } from '../../model/pricing.ts';
import { type ProgramResource, resourceOf } from './resource.ts';

export function pricingResource(pricing: Pricing): ProgramResource {
  const { name, version, standard, batch, flex, priority, origins } = pricing;
  return resourceOf(PricingSchema, name, origins, {
    contract: programContract,
    name,
    version,
    standard: encodePrice(standard),
    ...(batch && { batch: encodePrice(batch) }),
    ...(flex && { flex: encodePrice(flex) }),
    ...(priority && { priority: encodePrice(priority) }),
  });
}

function encodePrice({ tiers, perImage, perRequest, ...rates }: Price): MessageInitShape<typeof PriceSchema> {
  return {
    ...encodeRates(rates),
    ...(perImage !== undefined && { perImage: BigInt(perImage) }),
    ...(perRequest !== undefined && { perRequest: BigInt(perRequest) }),
    tiers: tiers.map(({ above, ...own }) => ({ above: BigInt(above), price: encodeRates(own) })),
  };
}

const rateNames = [
  ...(['input', 'output', 'cachedInput', 'cacheWrite', 'cacheWrite1h', 'reasoning'] as const),
  ...(['audioInput', 'audioOutput', 'imageInput'] as const),
];

function encodeRates(rates: Rates): { readonly [R in keyof Rates]: bigint } {
  return Object.fromEntries(
    rateNames.flatMap((name) => {
      const rate = rates[name];
      return rate === undefined ? [] : [[name, BigInt(rate)]];
    }),
  );
}
