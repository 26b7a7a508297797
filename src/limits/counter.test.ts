import { describe, expect, it } from 'vitest';
import { calendarUnits } from './calendar.ts';
import { type Counter, checkCounter, counterKey, drainOf, formatSpec, parseSpec } from './counter.ts';

describe('counterKey()', () => {
  it('never makes one key of different parts', () => {
    const keys = [['a', 'b'], ['a:b'], ['a%3ab'], ['a', '', 'b'], ['{a}', 'b'], ['a b']].map(counterKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.join('')).not.toMatch(/[{}\s*]/);
  });

  it('is bounded, and still tells long parts apart', () => {
    const [one, two] = ['x', 'y'].map((end) => counterKey(['limit', 'v'.repeat(5_000) + end]));
    expect(one).toHaveLength(200);
    expect(one).not.toBe(two);
    expect(counterKey(['x'.repeat(200)])).toBe('x'.repeat(200));
    expect(counterKey(['x'.repeat(201)])).toHaveLength(200);
  });
});

describe('checkCounter()', () => {
  const base = { key: 'k', limit: 10 };
  it.each<[Counter, string | undefined]>([
    [{ ...base, kind: 'bucket', windowMs: 60_000 }, undefined],
    [{ ...base, kind: 'bucket', windowMs: 0 }, 'the window'],
    [{ ...base, kind: 'bucket', limit: 9_007_199_254_740_881, windowMs: 60_000 }, 'too large together'],
    [{ ...base, kind: 'bucket', limit: 1_000_000_000, windowMs: 2_592_000_000 }, undefined],
    [{ ...base, kind: 'fixed', windowMs: 1.5 }, 'the window'],
    [{ ...base, kind: 'calendar', unit: 'day', timeZone: 'Nowhere' }, 'the time zone'],
    [{ ...base, kind: 'rolling', windowMs: 100, slices: 200 }, 'the slices'],
    [{ ...base, kind: 'rolling', windowMs: 10, slices: 30 }, 'shorter than its slices'],
    [{ ...base, kind: 'rolling', windowMs: 29 }, 'shorter than its slices'],
    [{ ...base, kind: 'rolling', windowMs: 30 }, undefined],
    [{ ...base, kind: 'rolling', windowMs: 120, slices: 0 }, 'the slices'],
    [{ ...base, kind: 'rolling', windowMs: 120, slices: 1 }, undefined],
    [{ ...base, kind: 'rolling', windowMs: 120, slices: 1.5 }, 'the slices'],
    [{ ...base, kind: 'rolling', windowMs: 120, slices: 120 }, undefined],
    [{ ...base, kind: 'rolling', windowMs: 200, slices: 121 }, 'the slices'],
    [{ ...base, kind: 'concurrency', key: 'x'.repeat(200) }, undefined],
    [{ ...base, kind: 'concurrency', key: 'x'.repeat(201) }, 'its key'],
    [{ ...base, kind: 'concurrency', limit: -1 }, 'the limit'],
    [{ ...base, kind: 'concurrency', limit: 2 ** 53 }, 'the limit'],
    [{ ...base, kind: 'concurrency', key: '' }, 'its key'],
  ])('%j: %s', (counter, problem) => {
    if (problem === undefined) expect(checkCounter(counter)).toBeUndefined();
    else expect(checkCounter(counter)).toContain(problem);
  });
});

describe('parseSpec()', () => {
  it.each<Counter>([
    { kind: 'bucket', key: 'k', limit: 1, windowMs: 2 },
    { kind: 'fixed', key: 'k', limit: 1, windowMs: 2 },
    ...calendarUnits.map(
      (unit): Counter => ({ kind: 'calendar', key: 'k', limit: 1, unit, timeZone: 'Europe/Berlin' }),
    ),
    { kind: 'rolling', key: 'k', limit: 1, windowMs: 20, slices: 4 },
    { kind: 'concurrency', key: 'k', limit: 1 },
  ])('reads what formatSpec() writes of %j', (counter) => {
    expect(parseSpec('k', formatSpec(counter))).toEqual({ ok: true, value: counter });
  });

  it.each(['', 'bucket', 'bucket x 1', 'calendar 1 eon UTC', 'other 1'])('refuses %s', (text) => {
    expect(parseSpec('k', text).ok).toBe(false);
  });
});

describe('drainOf()', () => {
  it('is the same rate in smallest whole numbers', () => {
    expect(drainOf({ kind: 'bucket', key: 'k', limit: 100_000, windowMs: 60_000 })).toEqual({ perMs: 5, scale: 3 });
    expect(drainOf({ kind: 'bucket', key: 'k', limit: 0, windowMs: 60_000 })).toEqual({ perMs: 0, scale: 1 });
  });
});
