import { expect, it } from 'vitest';
import type { Counter } from '../../counter.ts';
import { defaultRetentionMs, type ReserveRequest } from '../../store.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from '../answers.ts';
import { minute, type StoreSuite } from './suite.ts';

/** Several counters at once, ids, renewal, and what an operator asks. */
export function describeRequests(suite: StoreSuite): void {
  const { budget, id, key } = suite;

  it('reserves in all counters or in none, and names the first that refuses', async () => {
    const wide = budget(100);
    const narrow = budget(10);
    const narrower = budget(5);
    const items = [wide, narrow, narrower].map((counter) => ({ counter, amount: 8 }));
    expect(await reserve(suite.store, { id: id(), ttlMs: minute, items: items.slice(0, 2) })).toMatchObject({
      kind: 'admitted',
      grants: [{ remaining: 92 }, { remaining: 2 }],
    });
    expect(await reserve(suite.store, { id: id(), ttlMs: minute, items })).toMatchObject({
      kind: 'refused',
      index: 1,
      figures: [{ remaining: 92 }, { remaining: 2 }, { remaining: 5 }],
    });
    expect(await peek(suite.store, [wide, narrow, narrower])).toMatchObject({
      figures: [{ reserved: 8 }, { reserved: 8 }, { reserved: 0 }],
    });
  });

  it('takes what is left where less is enough', async () => {
    const counter = budget(100);
    expect(await take(suite.store, id(), counter, 500, { atLeast: 10 })).toMatchObject({ grants: [{ granted: 100 }] });
    expect(await take(suite.store, id(), counter, 500, { atLeast: 1 })).toMatchObject({
      kind: 'refused',
      reason: 'exhausted',
    });
    const other = budget(100);
    await finish(suite.store, id(), other, 95);
    expect(await take(suite.store, id(), other, 500, { atLeast: 10 })).toMatchObject({ kind: 'refused' });
    expect(await take(suite.store, id(), other, 500, { atLeast: 5 })).toMatchObject({ grants: [{ granted: 5 }] });
  });

  it('refuses nobody for a counter that only warns', async () => {
    const counter = budget(10);
    expect(await take(suite.store, id(), counter, 25, { isAdvisory: true })).toMatchObject({
      kind: 'admitted',
      grants: [{ granted: 25, used: 25, remaining: 0 }],
    });
  });

  it('lets a renewed reservation live on, and says which does not', async () => {
    const counter = budget(100);
    const [living, dead] = [id(), id()];
    await take(suite.store, living, counter, 10);
    await take(suite.store, dead, counter, 20);
    suite.now += minute - 1;
    expect(await renew(suite.store, [{ id: living, ttlMs: minute, counters: [counter] }])).toEqual({
      kind: 'renewed',
      ended: [],
    });
    suite.now += minute - 1;
    expect(await figures(suite.store, counter)).toMatchObject({ reserved: 10 });
    const both = [living, dead].map((name) => ({ id: name, ttlMs: minute, counters: [counter] }));
    expect(await renew(suite.store, both)).toEqual({ kind: 'renewed', ended: [dead] });
  });

  it('knows what it was told of a reservation that it never had, for as long as of one that has ended', async () => {
    const counter = budget(1_000);
    const name = id();
    const upTo = (amount: number) => charge(suite.store, { id: name, items: [{ counter, amount }] });
    expect(await upTo(30)).toMatchObject({ items: [{ hasRoom: true, used: 30, reserved: 0 }] });
    expect(await upTo(40)).toMatchObject({ items: [{ used: 40 }] });
    suite.now += defaultRetentionMs - 1;
    expect(await upTo(40)).toMatchObject({ items: [{ used: 40 }] });
    suite.now += defaultRetentionMs + 1;
    expect(await upTo(40)).toMatchObject({ items: [{ used: 80 }] });
  });

  it('keeps money exact near 2^53', async () => {
    const counter = budget(9_000_000_000_000_000);
    await finish(suite.store, id(), counter, 8_999_999_999_999_990);
    expect(await take(suite.store, id(), counter, 11)).toMatchObject({ kind: 'refused' });
    expect(await take(suite.store, id(), counter, 9)).toMatchObject({ kind: 'admitted', grants: [{ remaining: 1 }] });
  });

  it.each<[string, ReserveRequest]>([
    [
      'a fraction',
      { id: 'x', ttlMs: 1, items: [{ counter: { kind: 'concurrency', key: 'c', limit: 1 }, amount: 0.5 }] },
    ],
    ['an id without end', { id: 'x'.repeat(201), ttlMs: 1, items: [] }],
    ['no id', { id: '', ttlMs: 1, items: [] }],
    ['no time', { id: 'x', ttlMs: 0, items: [] }],
    [
      'a counter twice',
      {
        id: 'x',
        ttlMs: 1,
        items: [1, 1].map((amount) => ({ counter: { kind: 'concurrency', key: 'c', limit: 1 }, amount })),
      },
    ],
  ])('does nothing with %s', async (_, request) => {
    expect(await reserve(suite.store, request)).toMatchObject({ kind: 'unavailable', cause: 'invalid' });
  });

  it('lists counters by prefix, and forgets them on demand', async () => {
    const shared = key();
    const counters = ['x', 'y', 'z*'].map((end) => budget(100, { key: `${shared}:${end}` }));
    for (const counter of counters) await finish(suite.store, id(), counter, 7);
    await take(suite.store, id(), counters[0] as Counter, 5);
    const listed = await suite.store.list(`${shared}:`);
    expect(listed.map((report) => [report.counter, report.used, report.reserved, report.drift])).toEqual([
      [counters[0], 12, 5, 0],
      [counters[1], 7, 0, 0],
      [counters[2], 7, 0, 0],
    ]);
    expect(await suite.store.reset({ keys: [`${shared}:x`, `${shared}:none`] })).toBe(1);
    expect(await suite.store.reset({ prefix: `${shared}:z*` })).toBe(1);
    expect((await suite.store.list(shared)).map((report) => report.counter.key)).toEqual([`${shared}:y`]);
    expect(await suite.store.list(`${shared}:*`)).toEqual([]);
  });

  it('admits exactly as many of 1,000 at once as there is room for', async () => {
    const counter = budget(100_000);
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => take(suite.store, `${counter.key}-${index}`, counter, 700)),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'admitted')).toHaveLength(142);
    expect(outcomes.filter((outcome) => outcome.kind === 'refused')).toHaveLength(858);
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        settle(suite.store, { id: `${counter.key}-${index}`, items: [{ counter, amount: 0 }] }),
      ),
    );
    expect(await figures(suite.store, counter)).toMatchObject({ used: 0, reserved: 0 });
  });
}
