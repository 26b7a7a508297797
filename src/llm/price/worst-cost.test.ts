import { describe, expect, it } from 'vitest';
import type { Price } from './pricing.ts';
import { worstCost } from './worst-cost.ts';

const usd = 1_000_000_000;
const nano = (standard: Price, input: number, output: number, reach: Parameters<typeof worstCost>[3] = {}) => {
  const worst = worstCost(input, output, { standard }, reach);
  return worst.kind === 'known' ? worst.nanoUsd : worst;
};

describe('worstCost()', () => {
  const text = { input: usd, output: 2 * usd };

  it.each<[string, Price, number]>([
    ['cached input', { cachedInput: 7 * usd }, 7_000 + 2_000],
    ['images within the input', { imageInput: 7 * usd }, 7_000 + 2_000],
    ['audio within the input', { audioInput: 7 * usd }, 7_000 + 2_000],
    ['a write to the cache', { cacheWrite: 7 * usd }, 7_000 + 2_000],
    ['a long write to the cache', { cacheWrite1h: 7 * usd }, 7_000 + 2_000],
    ['reasoning', { reasoning: 7 * usd }, 1_000 + 7_000],
    ['audio within the output', { audioOutput: 7 * usd }, 1_000 + 7_000],
    ['nothing that is cheaper', { cachedInput: 1, reasoning: 1, cacheWrite: 1, audioOutput: 1 }, 1_000 + 2_000],
  ])('minds %s', (_, more, expected) => {
    expect(nano({ ...text, ...more }, 1, 1)).toBe(expected);
  });

  it('is as much as can be counted where a cap is higher than that, and not unknown', () => {
    expect(nano(text, 1, 1e15)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('leaves out what a request cannot reach', () => {
    const dear = { audioInput: 7 * usd, audioOutput: 7 * usd, reasoning: 3 * usd, cacheWrite: 5 * usd };
    expect(nano({ ...text, ...dear }, 1, 1, { hasAudio: false })).toBe(5_000 + 3_000);
    expect(nano({ ...text, ...dear }, 1, 1, { hasAudio: false, canWriteCache: false })).toBe(1_000 + 3_000);
  });

  it('counts images where they have a price and are asked for, and their tokens where they have none', () => {
    expect(nano({ ...text, perImage: 40 }, 0, 0)).toBe(0);
    expect(nano({ ...text, perImage: 40 }, 0, 0, { images: 2 })).toBe(80);
    expect(nano({ perImage: 40 }, 5, 5, { images: 2 })).toBe(80);
    expect(nano(text, 1, 1, { images: 2 })).toBe(3_000);
    expect(nano({ perImage: 40 }, 5, 5)).toEqual({ kind: 'unknown', reason: 'rate', of: 'input' });
  });

  it('is unknown where a class that may answer lacks a price', () => {
    const pricing = { standard: text, priority: { output: usd } };
    const unknown = { kind: 'unknown', reason: 'rate', of: 'input' };
    expect(worstCost(5, 5, pricing)).toEqual(unknown);
    expect(worstCost(5, 5, { ...pricing, standard: { output: usd }, priority: text })).toEqual(unknown);
    expect(worstCost(5, 5, pricing, { serviceTier: 'default' })).toMatchObject({ kind: 'known' });
  });

  it('knows the tier by the input that an estimate may stand for', () => {
    const tiers = [{ above: 1_000, input: 3 * usd }];
    const price = { input: usd, output: 0, tiers };
    expect(nano(price, 800, 0)).toBe(800_000);
    expect(nano(price, 801, 0)).toBe(3 * 801_000);
    const cheaper = { input: 3 * usd, output: 0, tiers: [{ above: 1_000, input: usd }] };
    expect(nano(cheaper, 1_250, 0)).toBe(3 * 1_250_000);
    expect(nano(cheaper, 1_252, 0)).toBe(1_252_000);
  });
});
