import { expect, it } from 'vitest';
import { widthOf } from './io.ts';

it('lines are broken only where a terminal says how wide it is', () => {
  expect(widthOf({ columns: 80 })).toBe(80);
  expect(widthOf({})).toBe(Number.POSITIVE_INFINITY);
  expect(widthOf({ columns: 0 })).toBe(Number.POSITIVE_INFINITY);
});
