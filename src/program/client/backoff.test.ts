import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';

describe('createBackoff()', () => {
  it('doubles up to its longest, spreads over the upper half, and starts anew after a reset', () => {
    const low = createBackoff({ firstMs: 100, longestMs: 500, random: () => 0 });
    expect([low.next(), low.next(), low.next(), low.next()]).toEqual([50, 100, 200, 250]);
    low.reset();
    expect(low.next()).toBe(50);
    const high = createBackoff({ firstMs: 100, longestMs: 500, random: () => 1 });
    expect([high.next(), high.next(), high.next(), high.next()]).toEqual([100, 200, 400, 500]);
  });

  it('does not overflow after days', () => {
    const backoff = createBackoff({ firstMs: 100, longestMs: 500, random: () => 1 });
    for (let i = 0; i < 5_000; i++) backoff.next();
    expect(backoff.next()).toBe(500);
  });
});
