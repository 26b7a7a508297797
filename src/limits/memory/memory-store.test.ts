import { describe, expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import { figures, finish, renew, take } from '../testing/answers.ts';
import { describeStore } from '../testing/store-suite/describe-store.ts';
import { createMemoryStore } from './memory-store.ts';

describeStore('memory store', async () => ({ create: (now) => createMemoryStore({ now }) }));

describe('a memory store', () => {
  const budget: Counter = { kind: 'calendar', key: 'budget', limit: 100, unit: 'year', timeZone: 'UTC' };
  const minute = 60_000;
  const open = () => {
    const clock = { now: Date.UTC(2026, 2, 28) };
    return { clock, store: createMemoryStore({ now: () => clock.now, retentionMs: 15 * minute }) };
  };

  it('remembers ids for as long as they may be told again, and no longer', async () => {
    const { clock, store } = open();
    await take(store, 'a', budget, 10);
    await finish(store, 'b', budget, 10);
    clock.now += 15 * minute - 1;
    expect(await finish(store, 'b', budget, 10)).toEqual({ kind: 'already-settled' });
    clock.now += 1;
    expect(await finish(store, 'b', budget, 10)).toMatchObject({ kind: 'settled' });
    clock.now += minute;
    expect(await take(store, 'a', budget, 20)).toMatchObject({ grants: [{ granted: 20, used: 40 }] });
  });

  it('remembers a reservation that is prolonged', async () => {
    const { clock, store } = open();
    await take(store, 'a', budget, 10);
    for (let n = 0; n < 40; n++) {
      clock.now += minute / 2;
      const ids = [{ id: 'a', ttlMs: minute, counters: [budget] }];
      expect(await renew(store, ids)).toEqual({ kind: 'renewed', ended: [] });
    }
    expect(await take(store, 'a', budget, 20)).toMatchObject({ grants: [{ granted: 10 }] });
    expect(await figures(store, budget)).toMatchObject({ used: 10, reserved: 10 });
  });
});
