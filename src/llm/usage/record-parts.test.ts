import { describe, expect, it } from 'vitest';
import { costOf, tokensOf } from './record-parts.ts';
import { noTokens } from './usage.ts';

describe('parts of usage records', () => {
  it('leaves out parts that are zero, and keeps totals that are', () => {
    const usage = {
      ...noTokens,
      input: 5,
      cachedInput: 2,
      total: 5,
      source: 'provider',
      completeness: 'exact',
    } as const;
    expect(tokensOf({ ...usage, serviceTier: 'flex' })).toEqual({
      input: 5,
      cachedInput: 2,
      output: 0,
      total: 5,
      serviceTier: 'flex',
      source: 'provider',
      completeness: 'exact',
    });
  });

  it('tells a cost of nothing from one that nobody knows', () => {
    const free = costOf({ kind: 'known', nanoUsd: 0, isDerived: false }, 'v1');
    expect(free).toEqual({ nanoUsd: 0, priceVersion: 'v1' });
    expect(costOf({ kind: 'known', nanoUsd: 7, isDerived: true }, 'v1')).toMatchObject({ isDerived: true });
    expect(costOf({ kind: 'unknown', reason: 'unpriced' }, undefined)).toEqual({ unknown: 'unpriced' });
    expect(costOf({ kind: 'unknown', reason: 'tier', of: 'flex' }, 'v1')).toEqual({
      unknown: 'no price for flex',
      priceVersion: 'v1',
    });
  });
});
