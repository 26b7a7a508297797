import { describe, expect, it } from 'vitest';
import { type PriceRates, type RateName, rateNames } from './pricing.ts';
import { rateOf, ratesBetween, ratesFor } from './rates.ts';

/** A price of its own for each kind of tokens. */
const all = Object.fromEntries(rateNames.map((name, index) => [name, index + 1])) as Record<RateName, number>;

function without(...names: readonly RateName[]): PriceRates {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name as RateName)));
}

describe('rateOf()', () => {
  it.each(rateNames)('is the price of %s itself where there is one, also where it is nothing', (name) => {
    expect(rateOf(all, name)).toEqual({ nanoUsd: all[name], isDerived: false });
    expect(rateOf({ ...all, [name]: 0 }, name)).toEqual({ nanoUsd: 0, isDerived: false });
  });

  it.each<[RateName, RateName, boolean]>([
    ['cachedInput', 'input', true],
    ['cacheWrite', 'input', true],
    ['cacheWrite1h', 'cacheWrite', true],
    ['audioInput', 'input', true],
    ['audioOutput', 'output', true],
    ['imageInput', 'input', false],
    ['reasoning', 'output', false],
  ])('of %s without one is that of %s; derived: %s', (name, by, isDerived) => {
    expect(rateOf(without(name), name)).toEqual({ nanoUsd: all[by], isDerived });
  });

  it('goes on to the next that stands in, and to none from there', () => {
    expect(rateOf(without('cacheWrite1h', 'cacheWrite'), 'cacheWrite1h')).toEqual({ nanoUsd: 1, isDerived: true });
    expect(rateOf(without('cacheWrite1h', 'cacheWrite', 'input'), 'cacheWrite1h')).toEqual({
      nanoUsd: undefined,
      isDerived: false,
    });
    for (const name of ['input', 'output'] as const) {
      expect(rateOf(without(name), name)).toEqual({ nanoUsd: undefined, isDerived: false });
    }
  });
});

describe('ratesFor()', () => {
  it.each(rateNames)('takes %s of a tier, and all else from below it', (name) => {
    const rates = ratesFor({ ...all, tiers: [{ above: 10, [name]: 100 }] }, 11);
    expect(rates).toEqual({ ...all, [name]: 100 });
    expect(ratesFor({ ...all, tiers: [{ above: 10, [name]: 0 }] }, 11)).toEqual({ ...all, [name]: 0 });
  });
});

describe('ratesBetween()', () => {
  const price = { input: 1, tiers: [20, 10, 30].map((above) => ({ above, input: above })) };

  it.each([
    [0, 5, [1]],
    [5, 11, [1, 10]],
    [5, 10, [1]],
    [10, 20, [1, 10]],
    [11, 21, [10, 20]],
    [0, 100, [1, 10, 20, 30]],
  ])('has every tier from %d to %d tokens', (least, most, inputs) => {
    const met = new Set(ratesBetween(price, least, most).map(({ input }) => input));
    expect([...met].sort()).toEqual([...inputs].sort());
  });
});
