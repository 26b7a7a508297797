import { expect, it } from 'vitest';
import { pausesOf } from './pauses.ts';

it.each([
  [undefined, { baseMs: 25, mostMs: 250 }],
  [{}, { baseMs: 25, mostMs: 250 }],
  [{ baseInterval: 100 }, { baseMs: 100, mostMs: 1000 }],
  [
    { baseInterval: 100, maxInterval: 300 },
    { baseMs: 100, mostMs: 300 },
  ],
  [{ maxInterval: 300 }, { baseMs: 25, mostMs: 300 }],
  [{ maxInterval: 10 }, { baseMs: 10, mostMs: 10 }],
  [
    { baseInterval: 100, maxInterval: 10 },
    { baseMs: 10, mostMs: 10 },
  ],
  [{ baseInterval: 0 }, { baseMs: 1, mostMs: 1 }],
  [
    { baseInterval: 5, maxInterval: 0 },
    { baseMs: 1, mostMs: 1 },
  ],
])('pauses of %j are %j', (rules, pauses) => {
  expect(pausesOf(rules)).toEqual(pauses);
});
