import { contentVersion } from '../../lib/hash.ts';
import { compareText } from '../../lib/sort.ts';
import type { Pricing } from './pricing.ts';

/** Equal prices have an equal version, however they are written down; `null` and what is left out differ. */
export function pricingVersion(pricing: Pricing): string {
  return contentVersion(canonical(pricing));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, inner]) => inner !== undefined && !(Array.isArray(inner) && inner.length === 0))
    .sort(([a], [b]) => compareText(a, b));
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`;
}
