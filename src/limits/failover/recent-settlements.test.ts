import { describe, expect, it } from 'vitest';
import { createRecentSettlements } from './recent-settlements.ts';

const retentionMs = 60_000;

function open() {
  const clock = { now: 0 };
  const recent = createRecentSettlements({ now: () => clock.now, retentionMs });
  const add = (id: string) => recent.add({ id, items: [] });
  const take = () => recent.take().map(({ request }) => request.id);
  return { clock, add, take };
}

describe('recent settlements', () => {
  it('are those of the last five seconds before the store fell silent, each once', () => {
    const { clock, add, take } = open();
    add('old');
    clock.now = 1;
    add('first');
    clock.now = 5_001;
    add('last');
    clock.now = 30_000;
    expect(take()).toEqual(['first', 'last']);
    expect(take()).toEqual([]);
  });

  it('are a thousand at most', () => {
    const { add, take } = open();
    for (let n = 0; n < 1_001; n++) add(`r${n}`);
    const taken = take();
    expect(taken).toHaveLength(1_000);
    expect(taken[0]).toBe('r1');
  });

  it('are left alone once the store may have forgotten that it knew them', () => {
    const { clock, add, take } = open();
    add('before');
    clock.now = retentionMs - 5_000;
    expect(take()).toEqual([]);
  });
});
