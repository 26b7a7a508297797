import { describe, expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';

describe('backOffMs()', () => {
  it('doubles up to the maximum, and spreads over the upper half', () => {
    const backOff = { firstMs: 100, maxMs: 1000 };
    expect([1, 2, 4, 5, 5000].map((failures) => backOffMs(backOff, failures, 1))).toEqual([100, 200, 800, 1000, 1000]);
    expect([0, 0.5].map((random) => backOffMs(backOff, 1, random))).toEqual([50, 75]);
  });
});
