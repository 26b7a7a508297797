import { describe, expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import { count } from './counter-state.ts';
import { createCounters } from './counters.ts';

const counter = (key: string): Counter => ({ kind: 'fixed', key, limit: 100, windowMs: 60_000 });

describe('createCounters()', () => {
  it('begins a counter when it is asked for, and none when somebody only looks', () => {
    const counters = createCounters(1_000);
    expect(counters.seen(counter('a'), 0).used).toBe(0);
    expect(counters.size).toBe(0);
    count(counters.of(counter('a'), 0), 7);
    expect(counters.seen(counter('a'), 0).used).toBe(7);
    expect(counters.seen(counter('a'), 60_000).used).toBe(0);
  });

  it('has those of a prefix by key, as of now', () => {
    const counters = createCounters(1_000);
    for (const key of ['x:b', 'y', 'x:a']) count(counters.of(counter(key), 0), 1);
    expect(counters.below('x:', 0).map((state) => [state.counter.key, state.used])).toEqual([
      ['x:a', 1],
      ['x:b', 1],
    ]);
    expect(counters.below('x:', 60_000).map(({ used }) => used)).toEqual([0, 0]);
  });

  it('forgets counters that hold nothing, once there are many', () => {
    const counters = createCounters(1_000);
    count(counters.of(counter('used'), 0), 1);
    for (let index = 0; index < 1_500; index++) counters.of(counter(`invented-${index}`), 0);
    expect(counters.size).toBeLessThan(1_000);
    expect(counters.seen(counter('used'), 0).used).toBe(1);
  });
});
