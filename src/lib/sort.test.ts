import { describe, expect, it } from 'vitest';
import { compareText, sortedBy, sortedByName } from './sort.ts';

describe('sorting', () => {
  it('orders by code units, capitals first', () => {
    expect(['b', 'a', 'B', 'ä', 'a1'].sort(compareText)).toEqual(['B', 'a', 'a1', 'b', 'ä']);
    expect(compareText('a', 'a')).toBe(0);
  });

  it('leaves its input alone and equal items in order', () => {
    const items = [
      { name: 'b', n: 1 },
      { name: 'a', n: 2 },
      { name: 'b', n: 3 },
    ];
    expect(sortedByName(items).map((item) => item.n)).toEqual([2, 1, 3]);
    expect(sortedBy(items, (item) => String(-item.n)).map((item) => item.n)).toEqual([1, 2, 3]);
    expect(items[0]?.n).toBe(1);
  });
});
