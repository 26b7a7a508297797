import { expect, it } from 'vitest';
import { createPace } from './pace.ts';

/** How many may go at this time. */
function atOnce(pace: ReturnType<typeof createPace>, now: number): number {
  let count = 0;
  while (count < 1000 && pace.waitMs(now) === 0) count++;
  return count;
}

it('lets a few go at once, and then so many in a second', () => {
  const pace = createPace(50, 100);
  expect(atOnce(pace, 0)).toBe(100);
  expect(pace.waitMs(0)).toBe(20);
  expect(atOnce(pace, 20)).toBe(1);
  expect(atOnce(pace, 1020)).toBe(50);
});

it('saves no more than that for later, however long nobody asks', () => {
  const pace = createPace(50, 100);
  expect(atOnce(pace, 0)).toBe(100);
  expect(atOnce(pace, 3_600_000)).toBe(100);
});
