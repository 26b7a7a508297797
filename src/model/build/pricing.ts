import { contentVersion } from '../../lib/hash.ts';
import { canonicalJson } from '../../policy/canonical.ts';
import type { PricingSpec } from '../../policy/pricing.ts';
import type { TargetSpec } from '../../policy/target.ts';
import type { Origins } from '../origins.ts';
import type { Pricing } from '../pricing.ts';

export function buildPricing(name: string, spec: PricingSpec, origins: Origins): Pricing {
  const { batch, flex, priority, ...standard } = spec;
  return {
    name,
    version: contentVersion(canonicalJson(spec)).slice(0, 12),
    standard,
    ...(batch && { batch }),
    ...(flex && { flex }),
    ...(priority && { priority }),
    origins,
  };
}

/**
 * Under which name a target's own prices are known: stable when other targets come and go. Names of models have no
 * blanks, so that the two never meet.
 */
export function targetPricingName(chain: string, { provider, model, priority }: TargetSpec): string {
  return `target ${chain} ${provider} ${model ?? '*'} ${priority}`;
}

export function pricingsOfChain(chain: string, targets: readonly TargetSpec[], origins: Origins): Pricing[] {
  return targets.flatMap((target) =>
    target.pricing === undefined ? [] : [buildPricing(targetPricingName(chain, target), target.pricing, origins)],
  );
}
