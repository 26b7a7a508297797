import { describe, expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import type { ReserveItem } from '../store.ts';
import { createAlone } from './alone.ts';

const minute = 60_000;
const counter = (key: string): Counter => ({ kind: 'rolling', key, limit: 100, windowMs: 60 * minute });
const [counted, passed, refused] = [counter('counted'), counter('passed'), counter('refused')];
const local = (amount: number, more: Partial<ReserveItem> = {}): ReserveItem => ({
  ...{ counter: counted, amount, onStoreFailure: 'local' },
  ...more,
});
const open: ReserveItem = { counter: passed, amount: 10, onStoreFailure: 'open' };

/** One of two processes. */
function start() {
  const clock = { now: 10 * minute };
  const alone = createAlone({ now: () => clock.now, retentionMs: 15 * minute, replicas: () => 2 });
  let serial = 0;
  const request = (...items: readonly ReserveItem[]) => ({ id: `r${++serial}`, ttlMs: minute, items });
  const held = () => {
    let reserved = -1;
    alone.peek([counted], (outcome) => {
      if (outcome.kind === 'figures') reserved = outcome.figures[0]?.used ?? -1;
    });
    return reserved;
  };
  return { clock, alone, request, held };
}

describe('a process alone', () => {
  it('says which of all items has no room, and of which nobody counts', () => {
    const { alone, request } = start();
    alone.reserve(request(local(30)));
    expect(alone.reserve(request(open, local(30)))).toMatchObject({
      kind: 'refused',
      index: 1,
      reason: 'exhausted',
      figures: [
        { remaining: 100, used: 0 },
        { remaining: 20, used: 30 },
      ],
      modes: ['open', 'local'],
    });
  });

  it('calls too large what the limit could never hold, not what its share cannot', () => {
    const { alone, request } = start();
    expect(alone.reserve(request(local(100)))).toMatchObject({ kind: 'refused', reason: 'exhausted' });
    expect(alone.reserve(request(local(101)))).toMatchObject({ kind: 'refused', reason: 'too-large' });
    expect(alone.reserve(request(local(101, { atLeast: 20 })))).toMatchObject({ grants: [{ granted: 50 }] });
  });

  it('lets in while anything is left of its share, and settles all that was used', () => {
    const { clock, alone, request, held } = start();
    const rest = () => request(local(4_096, { sharesRest: true }));
    const first = request(local(20));
    alone.reserve(first);
    const large = rest();
    expect(alone.reserve(large)).toMatchObject({ grants: [{ granted: 15, remaining: 15 }], modes: ['local'] });
    alone.settle({ id: large.id, items: [{ counter: counted, amount: 70 }] });
    alone.settle({ id: first.id, items: [{ counter: counted, amount: 1 }] });
    expect(held()).toBe(71);
    expect(alone.reserve(rest())).toMatchObject({ kind: 'refused', reason: 'exhausted' });
    clock.now += 63 * minute;
    expect(alone.reserve(rest())).toMatchObject({ grants: [{ granted: 25 }] });
  });

  it('counts what is final once, and what is held until it is settled', () => {
    const { alone, request, held } = start();
    const both = request(local(1, { isFinal: true }), open);
    alone.reserve(both);
    alone.settle({ id: both.id, items: [{ counter: passed, amount: 10 }] });
    expect(held()).toBe(1);
    const one = request(local(20));
    alone.reserve(one);
    alone.settle({ id: one.id, items: [{ counter: counted, amount: 5 }] });
    alone.settle({ id: one.id, items: [{ counter: counted, amount: 5 }] });
    expect(held()).toBe(6);
  });

  it('holds until others have answered: for good, or given back', () => {
    const { alone, request, held } = start();
    const first = alone.hold(request(local(20), local(1, { counter: counter('requests'), isFinal: true })));
    if (first.kind !== 'held') throw new Error(first.kind);
    expect(first.figures).toMatchObject([{ remaining: 30 }, { remaining: 49 }]);
    expect(held()).toBe(20);
    first.giveBack();
    expect(held()).toBe(0);
    const second = alone.hold(request(local(50)));
    if (second.kind !== 'held') throw new Error(second.kind);
    expect(second.keep()).toMatchObject({ kind: 'admitted', grants: [{ granted: 50, remaining: 0 }] });
    expect(held()).toBe(50);
    expect(alone.hold(request(local(1)))).toMatchObject({ kind: 'refused', reason: 'exhausted' });
  });

  it('lets a stream go on by what its items say', () => {
    const { alone, request, held } = start();
    const running = request(local(20));
    alone.reserve(running);
    const items = [
      { counter: counted, amount: 40, onStoreFailure: 'local' as const },
      { counter: passed, amount: 40, onStoreFailure: 'open' as const },
      { counter: refused, amount: 40 },
    ];
    expect(alone.charge({ id: running.id, items })).toMatchObject({
      kind: 'charged',
      items: [{ hasRoom: true, remaining: 10 }, { hasRoom: true }, { hasRoom: false }],
    });
    alone.settle({ id: running.id, items });
    expect(held()).toBe(40);
    expect(alone.charge({ id: running.id, items })).toEqual({ kind: 'ended' });
  });

  it('prolongs what it holds', () => {
    const { clock, alone, request, held } = start();
    const running = request(local(20));
    alone.reserve(running);
    for (let half = 0; half < 4; half++) {
      clock.now += minute / 2;
      alone.renew([{ id: running.id, ttlMs: minute, counters: [counted] }]);
    }
    expect(held()).toBe(20);
    clock.now += minute;
    expect(held()).toBe(0);
  });
});
