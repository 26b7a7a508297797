import type { Cost } from '../price/cost.ts';
import type { UsageCost, UsageTokens } from './record.ts';
import type { Usage } from './usage.ts';

export function tokensOf(usage: Usage): UsageTokens {
  const { input, output, total, source, completeness, ...parts } = usage;
  const said = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== 0 && part !== undefined));
  return { input, output, total, ...said, source, completeness };
}

export function costOf(cost: Cost, priceVersion: string | undefined): UsageCost {
  if (cost.kind === 'unknown') {
    const unknown = 'of' in cost ? `no price for ${cost.of}` : cost.reason;
    return { unknown, ...(priceVersion === undefined ? {} : { priceVersion }) };
  }
  return { nanoUsd: cost.nanoUsd, ...(cost.isDerived ? { isDerived: true } : {}), priceVersion: priceVersion ?? '' };
}
