import { describe, expect, it } from 'vitest';
import { oddities } from './oddities.ts';
import { pricingVersion } from './version.ts';

describe('pricingVersion()', () => {
  it('is equal for equal prices, in whichever order they are written', () => {
    const one = pricingVersion({ standard: { input: 1, output: 2 }, batch: { input: 1 } });
    expect(
      pricingVersion({ batch: { input: 1, tiers: [] }, standard: { output: 2, input: 1, reasoning: undefined } }),
    ).toBe(one);
    expect(one).toMatch(/^[0-9a-f]{24}$/);
  });

  it('tells zero, a price that does not exist and one that nobody said apart', () => {
    const versions = [{}, { input: 0 }, { input: null }, { input: 1 }].map((standard) => pricingVersion({ standard }));
    expect(new Set(versions).size).toBe(4);
  });
});

describe('oddities()', () => {
  it('finds prices in the wrong unit or place', () => {
    expect(oddities({ standard: { input: 2_500, output: 10_000 } })).toHaveLength(2);
    expect(oddities({ standard: { input: 2_500_000_000_000 } })[0]).toContain('looks like a price per thousand');
    expect(oddities({ standard: { input: 10, output: 1 }, flex: { cachedInput: 9 } }).join()).toContain(
      'flex.cachedInput',
    );
    expect(oddities({ standard: { input: 1e9, cachedInput: 2e9 } })).toEqual(['cachedInput is more than input']);
    expect(oddities({ standard: { tiers: [{ above: 5, input: 1 }] } })[0]).toContain('tiers above 5 input');
  });

  it('finds nothing in ordinary and free prices', () => {
    expect(oddities({ standard: { input: 2.5e9, output: 1e10, cachedInput: 1.25e9 } })).toEqual([]);
    expect(oddities({ standard: { input: 0, output: 0 } })).toEqual([]);
  });
});
