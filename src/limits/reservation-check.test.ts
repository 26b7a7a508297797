import { describe, expect, it } from 'vitest';
import type { Counter } from './counter.ts';
import { checkReserve, checkUsage } from './reservation-check.ts';

const counter: Counter = { kind: 'fixed', key: 'c', limit: 10, windowMs: 1_000 };
const request = { id: 'a', ttlMs: 1, items: [{ counter, amount: 0, atLeast: 0 }] };
const withItem = (item: object) => ({ ...request, items: [{ ...request.items[0], ...item } as never] });

describe('checkReserve()', () => {
  it.each([
    ['no time to live', { ...request, ttlMs: 0 }, 'the time to live'],
    ['half a millisecond', { ...request, ttlMs: 0.5 }, 'the time to live'],
    ['an eternity', { ...request, ttlMs: Number.POSITIVE_INFINITY }, 'the time to live'],
    ['a least amount below nothing', withItem({ atLeast: -1 }), 'the least amount'],
    ['half a token', withItem({ amount: 0.5 }), 'the amount for c'],
    ['no id', { ...request, id: '' }, 'no id'],
    ['a long id', { ...request, id: 'x'.repeat(201) }, 'a long one'],
    ['a counter that cannot be kept', withItem({ counter: { ...counter, windowMs: 0 } }), 'counter c: the window'],
    ['a counter twice', { ...request, items: [...request.items, ...request.items] }, 'counter c is named twice'],
  ])('answers %s by a value that says what is wrong, and that nothing has happened', (_, wrong, message) => {
    expect(checkReserve(wrong)).toEqual({
      kind: 'unavailable',
      cause: 'invalid',
      message: expect.stringContaining(message),
      mayHaveHappened: false,
    });
  });

  it('has nothing to say about what is right', () => {
    expect(checkReserve(request)).toBeUndefined();
    expect(checkReserve({ ...request, id: 'x'.repeat(200), items: [] })).toBeUndefined();
    expect(checkReserve({ ...request, items: [{ counter, amount: 5 }] })).toBeUndefined();
    expect(checkUsage(request)).toBeUndefined();
  });
});
