import { expect, it } from 'vitest';
import { hasSameEntries } from './same-entries.ts';

it('compares keys and values, in whatever order they came', () => {
  const one = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  expect(hasSameEntries(one, new Map([...one].reverse()))).toBe(true);
  expect(hasSameEntries(one, new Map([['a', 1]]))).toBe(false);
  expect(hasSameEntries(new Map([['a', 1]]), one)).toBe(false);
  expect(hasSameEntries(one, new Map([...one, ['b', 3]]))).toBe(false);
  expect(hasSameEntries(undefined, new Map())).toBe(false);
});
