import { describe, expect, it } from 'vitest';
import { clear } from './service.ts';
import { verdictCache } from './verdict-cache.ts';

describe('the cache of verdicts', () => {
  it('knows each for as long as who asks allows', () => {
    const cache = verdictCache(10);
    cache.set('a', clear, 100);
    expect(cache.get('a', 50, 149)).toBe(clear);
    expect(cache.get('a', 50, 150)).toBeUndefined();
    expect(cache.get('a', 51, 150)).toBe(clear);
    expect(cache.get('b', 50, 100)).toBeUndefined();
  });

  it('forgets the one that was told longest ago when there are too many', () => {
    const cache = verdictCache(2);
    for (const key of ['a', 'b', 'a', 'c']) cache.set(key, clear, 0);
    expect(['a', 'b', 'c'].map((key) => cache.get(key, 1, 0))).toEqual([clear, undefined, clear]);
  });

  it('holds no wording of a text', () => {
    const cache = verdictCache(2);
    cache.set('a', { kind: 'reworded', reasons: [], wording: 'a text' }, 0);
    expect(cache.get('a', 1, 0)).toBeUndefined();
  });
});
