import { describe, expect, it } from 'vitest';
import type { Price, Pricing } from './pricing.ts';
import { priceOfTier, reachablePrices } from './service-class.ts';

const price = (input: number): Price => ({ input });
const standard = price(1);
const pricing: Pricing = { standard, batch: price(2), flex: price(3), priority: price(4) };

describe('priceOfTier()', () => {
  it.each([
    [undefined, 1],
    ['default', 1],
    ['standard', 1],
    ['auto', 1],
    ['on_demand', 1],
    ['standard_only', 1],
    ['batch', 2],
    ['flex', 3],
    ['priority', 4],
  ])('of %s is that of its class', (tier, input) => {
    expect(priceOfTier(pricing, tier)).toEqual(price(input));
  });

  it('is unknown where nobody has said it, whatever the tier is called', () => {
    for (const tier of ['batch', 'flex', 'priority']) expect(priceOfTier({ standard }, tier)).toBeUndefined();
    for (const tier of ['scale', 'fast', '', 'Priority', 'constructor', 'toString', '__proto__']) {
      expect(priceOfTier(pricing, tier)).toBeUndefined();
    }
  });
});

describe('reachablePrices()', () => {
  it.each<[unknown, readonly number[]]>([
    ['default', [1]],
    ['standard', [1]],
    ['standard_only', [1]],
    ['batch', [1, 2]],
    ['flex', [1, 3]],
    ['priority', [1, 4]],
    ['auto', [1, 4]],
    [undefined, [1, 4]],
    [['flex'], [1, 4]],
    ['constructor', [1, 4]],
  ])('of a request for %s are all that may answer', (tier, inputs) => {
    expect(reachablePrices(pricing, tier)).toEqual(inputs.map(price));
  });

  it('are unknown for a class that is asked for, and not for one that nobody asks for', () => {
    expect(reachablePrices({ standard }, 'flex')).toEqual([standard, undefined]);
    expect(reachablePrices({ standard }, undefined)).toEqual([standard]);
  });
});
