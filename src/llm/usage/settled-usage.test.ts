import { describe, expect, it } from 'vitest';
import { settledUsage } from './settled-usage.ts';
import { noTokens, type Usage } from './usage.ts';

describe('settledUsage()', () => {
  const said = (more: Partial<Usage>): Usage => ({ ...noTokens, source: 'provider', completeness: 'exact', ...more });

  it('charges what the provider says of an answer that came to its end', () => {
    const reported = said({ input: 10, output: 1, total: 11 });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 50, isComplete: true })).toBe(reported);
  });

  it('charges what was counted where the provider broke off before it said more', () => {
    const reported = said({ input: 10, cachedInput: 4, output: 1, total: 11, completeness: 'partial' });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 50, isComplete: false })).toEqual({
      ...reported,
      output: 50,
      total: 60,
      source: 'counted',
    });
    expect(settledUsage({ reported, estimatedInput: 99, countedOutput: 0, isComplete: false })).toBe(reported);
  });

  it('charges what the provider left out, too', () => {
    const from = { estimatedInput: 20, countedOutput: 5, isComplete: true } as const;
    const ofOutput = said({ output: 7, total: 7, completeness: 'partial' });
    expect(settledUsage({ ...from, reported: ofOutput })).toMatchObject({
      ...{ input: 20, output: 7, total: 27, source: 'estimated', completeness: 'partial' },
    });
    const ofInput = said({ input: 9, total: 9, completeness: 'partial' });
    expect(settledUsage({ ...from, reported: ofInput })).toMatchObject({
      ...{ input: 9, output: 5, total: 14, source: 'counted', completeness: 'partial' },
    });
    const zero = said({});
    expect(settledUsage({ ...from, reported: zero })).toBe(zero);
  });

  it('charges estimate and count where the provider says nothing', () => {
    const from = { reported: undefined, estimatedInput: 20 };
    expect(settledUsage({ ...from, countedOutput: 5, isComplete: true })).toMatchObject({
      input: 20,
      output: 5,
      total: 25,
      source: 'counted',
      completeness: 'estimated',
    });
    expect(settledUsage({ ...from, countedOutput: 0, isComplete: false })).toMatchObject({
      source: 'estimated',
      completeness: 'partial',
    });
  });
});
