import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { noTokens, type Usage } from '../usage/usage.ts';
import { cost } from './cost.ts';
import type { Pricing } from './pricing.ts';
import { worstCost } from './worst-cost.ts';

const usd = 1_000_000_000;

function usage(parts: Partial<Usage>): Usage {
  const { input = 0, output = 0 } = parts;
  return { ...noTokens, total: input + output, source: 'provider', completeness: 'exact', ...parts };
}

const plain: Pricing = { standard: { input: 3 * usd, output: 15 * usd } };

describe('cost()', () => {
  it.each<[string, Partial<Usage>, Pricing, number, boolean]>([
    ['input and output', { input: 1000, output: 100 }, plain, 4_500_000, false],
    ['nothing', {}, plain, 0, false],
    ['what is free', { input: 5, output: 5 }, { standard: { input: 0, output: 0 } }, 0, false],
    [
      'cached input and both cache writes at their own prices',
      { input: 1000, cachedInput: 500, cacheWrite5m: 100, cacheWrite1h: 200, output: 0 },
      { standard: { input: 3 * usd, cachedInput: 0.3 * usd, cacheWrite: 3.75 * usd, cacheWrite1h: 6 * usd } },
      500 * 300 + 100 * 3750 + 200 * 6000 + 200 * 3000,
      false,
    ],
    ['cached input at the price of input', { input: 1000, cachedInput: 500 }, plain, 3_000_000, true],
    [
      'a one-hour write at the price of a five-minute one',
      { input: 10, cacheWrite1h: 10 },
      { standard: { input: usd, cacheWrite: 2 * usd } },
      20_000,
      true,
    ],
    ['reasoning at the price of output', { output: 100, reasoning: 90 }, plain, 1_500_000, false],
    [
      'reasoning at its own price',
      { output: 100, reasoning: 90 },
      { standard: { output: usd, reasoning: 2 * usd } },
      190_000,
      false,
    ],
    [
      'audio and images',
      { input: 100, audioInput: 40, imageInput: 30, output: 20, audioOutput: 15 },
      { standard: { input: usd, output: usd, audioInput: 10 * usd, audioOutput: 20 * usd, imageInput: 5 * usd } },
      400_000 + 150_000 + 30_000 + 300_000 + 5_000,
      false,
    ],
    ['audio at the price of text', { input: 10, audioInput: 10 }, plain, 30_000, true],
    ['a request', {}, { standard: { perRequest: 5_000_000 } }, 5_000_000, false],
    ['images', { images: 3 }, { standard: { perImage: 0.04 * usd } }, 120_000_000, false],
    [
      'images whose tokens nobody pays for',
      { images: 1, input: 9, output: 9 },
      { standard: { perImage: usd } },
      usd,
      false,
    ],
    ['images by token', { images: 1, output: 1000 }, { standard: { output: 40 * usd } }, 40_000_000, false],
  ])('charges %s', (_name, parts, pricing, nanoUsd, isDerived) => {
    expect(cost(usage(parts), pricing)).toEqual({ kind: 'known', nanoUsd, isDerived });
  });

  it.each<[string, Partial<Usage>, Pricing | undefined, object]>([
    ['an unpriced model', { input: 1 }, undefined, { reason: 'unpriced' }],
    ['input without a price', { input: 1 }, { standard: { output: usd } }, { reason: 'rate', of: 'input' }],
    ['output without a price', { output: 1 }, { standard: { input: usd } }, { reason: 'rate', of: 'output' }],
    ['images without a price', { images: 1 }, plain, { reason: 'rate', of: 'perImage' }],
    ['a class without prices', { input: 1, serviceTier: 'flex' }, plain, { reason: 'tier', of: 'flex' }],
    ['a tier that nobody knows', { input: 1, serviceTier: 'scale' }, plain, { reason: 'tier', of: 'scale' }],
    [
      'what no number can hold',
      { input: Number.MAX_SAFE_INTEGER },
      { standard: { input: Number.MAX_SAFE_INTEGER } },
      { reason: 'too large' },
    ],
  ])('does not know the cost of %s', (_name, parts, pricing, reason) => {
    expect(cost(usage(parts), pricing)).toEqual({ kind: 'unknown', ...reason });
  });

  it('minds a missing price only when it is needed', () => {
    const pricing = { standard: { input: usd } };
    expect(cost(usage({ input: 10 }), pricing)).toMatchObject({ nanoUsd: 10_000 });
  });

  it.each([
    [200_000, 200_000_000],
    [200_001, 400_002_000],
    [500_000, 1_000_000_000],
    [500_001, 1_500_003_000],
  ])('charges all of %d tokens at the rate of one tier', (input, nanoUsd) => {
    const tiers = [
      { above: 200_000, input: 2 * usd },
      { above: 500_000, input: 3 * usd },
    ];
    expect(cost(usage({ input }), { standard: { input: usd, tiers } })).toMatchObject({ nanoUsd });
    expect(cost(usage({ input }), { standard: { input: usd, tiers: tiers.toReversed() } })).toMatchObject({ nanoUsd });
  });

  it('takes what a tier leaves out from below it, before anything stands in', () => {
    const standard = { input: usd, output: 4 * usd, tiers: [{ above: 10, input: 2 * usd }] };
    const parts = { input: 20, cachedInput: 10, output: 1 };
    expect(cost(usage(parts), { standard })).toEqual({ kind: 'known', nanoUsd: 44_000, isDerived: true });
    const own = { ...standard, cachedInput: 0.1 * usd };
    expect(cost(usage(parts), { standard: own })).toEqual({ kind: 'known', nanoUsd: 25_000, isDerived: false });
  });

  it('charges by the class that answered, at absolute prices', () => {
    const pricing = { ...plain, batch: { input: usd, output: usd }, priority: { input: 6 * usd, output: 30 * usd } };
    const of = (serviceTier: string) => cost(usage({ input: 100, serviceTier }), pricing);
    expect(of('priority')).toMatchObject({ nanoUsd: 600_000 });
    expect(of('batch')).toMatchObject({ nanoUsd: 100_000 });
    for (const tier of ['default', 'standard', 'auto', 'on_demand'])
      expect(of(tier)).toMatchObject({ nanoUsd: 300_000 });
    const asked = cost(usage({ input: 100, serviceTier: 'default' }), pricing, { serviceTier: 'priority' });
    expect(asked).toMatchObject({ nanoUsd: 600_000 });
  });

  it('is exact where floats are not, and rounds once', () => {
    // 0.1 USD per million, three times a third of a nano-dollar …
    expect(cost(usage({ input: 1 }), { standard: { input: 499_999 } })).toMatchObject({ nanoUsd: 0 });
    expect(cost(usage({ input: 1 }), { standard: { input: 500_000 } })).toMatchObject({ nanoUsd: 1 });
    const thirds = { input: 2, cachedInput: 1, output: 1 };
    const third = { standard: { input: 333_334, cachedInput: 333_333, output: 333_333 } };
    expect(cost(usage(thirds), third)).toMatchObject({ nanoUsd: 1 });
    const large = cost(usage({ input: 90_071_992 }), { standard: { input: 99_999_999_999_999 } });
    expect(large).toMatchObject({ nanoUsd: Number((90_071_992n * 99_999_999_999_999n + 500_000n) / 1_000_000n) });
  });

  it('adds up like whole numbers for random tokens and prices', () => {
    const { below } = seededRandom(11);
    for (let round = 0; round < 2000; round++) {
      const parts = [below(1e5), below(1e5), below(1e5), below(1e5), below(1e5), below(1e5), below(1e5)] as const;
      const [text, cached, write, hour, audio, written, thought] = parts;
      const rate = () => below(80 * usd);
      const rates = [rate(), rate(), rate(), rate(), rate(), rate(), rate()] as const;
      const [input, cachedInput, cacheWrite, cacheWrite1h, audioInput, output, reasoning] = rates;
      const sum = parts.reduce((all, tokens, index) => all + BigInt(tokens) * BigInt(rates[index] ?? 0), 0n);
      const used = usage({
        input: text + cached + write + hour + audio,
        cachedInput: cached,
        cacheWrite5m: write,
        cacheWrite1h: hour,
        audioInput: audio,
        output: written + thought,
        reasoning: thought,
      });
      const price = { input, cachedInput, cacheWrite, cacheWrite1h, audioInput, output, reasoning };
      const charged = cost(used, { standard: price });
      expect(charged).toEqual({ kind: 'known', nanoUsd: Number((sum + 500_000n) / 1_000_000n), isDerived: false });
      const worst = worstCost(used.input, used.output, { standard: price });
      expect(worst.kind === 'known' && charged.kind === 'known' && worst.nanoUsd >= charged.nanoUsd - 1).toBe(true);
    }
  });
});

describe('worstCost()', () => {
  it('takes the dearest kind of tokens that the request can reach', () => {
    const pricing = {
      standard: { input: usd, output: usd, cacheWrite: 2 * usd, audioInput: 9 * usd, audioOutput: 9 * usd },
    };
    expect(worstCost(10, 10, pricing)).toMatchObject({ nanoUsd: 180_000 });
    expect(worstCost(10, 10, pricing, { hasAudio: false })).toMatchObject({ nanoUsd: 30_000 });
    expect(worstCost(10, 10, pricing, { hasAudio: false, canWriteCache: false })).toMatchObject({ nanoUsd: 20_000 });
  });

  it('takes the dearest tier that an estimate may really be in', () => {
    const pricing = { standard: { input: usd, output: usd, tiers: [{ above: 1000, input: 2 * usd }] } };
    expect(worstCost(790, 0, pricing)).toMatchObject({ nanoUsd: 790_000 });
    expect(worstCost(900, 0, pricing)).toMatchObject({ nanoUsd: 1_800_000 });
    const cheaperAbove = { standard: { input: usd, output: usd, tiers: [{ above: 1000, input: 1 }] } };
    expect(worstCost(1100, 0, cheaperAbove)).toMatchObject({ nanoUsd: 1_100_000 });
  });

  it('takes the dearest class that may answer', () => {
    const pricing = { ...plain, flex: { input: usd, output: usd }, priority: { input: 6 * usd, output: 30 * usd } };
    const of = (serviceTier?: unknown) => worstCost(1000, 0, pricing, { serviceTier });
    for (const tier of [undefined, 'auto', 'priority', 5]) expect(of(tier)).toMatchObject({ nanoUsd: 6_000_000 });
    for (const tier of ['default', 'flex', 'standard_only']) expect(of(tier)).toMatchObject({ nanoUsd: 3_000_000 });
    expect(of('batch')).toEqual({ kind: 'unknown', reason: 'tier', of: 'batch' });
  });

  it('counts images and requests', () => {
    const pricing = { standard: { perImage: 100, perRequest: 7 } };
    expect(worstCost(500, 500, pricing, { images: 3 })).toMatchObject({ nanoUsd: 307 });
  });

  it('does not know what nobody has priced', () => {
    expect(worstCost(1, 1, undefined)).toEqual({ kind: 'unknown', reason: 'unpriced' });
    expect(worstCost(1, 1, { standard: { input: 1 } })).toEqual({ kind: 'unknown', reason: 'rate', of: 'output' });
    expect(worstCost(1, 0, { standard: { input: 1 } })).toMatchObject({ kind: 'known' });
  });
});
