import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import { defaultRetentionMs, type ReserveRequest, type Store } from '../store.ts';
import { charge, figures, finish, peek, renew, reserve, settle, take } from './answers.ts';

export interface StoreSetup {
  /** A store whose clock is `now`. */
  create(now: () => number): Promise<Store> | Store;
  stop?(): Promise<void>;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.UTC(2026, 2, 28, 12);

/** What every store does, whatever it keeps its counters in. */
export function describeStore(name: string, setUp: () => Promise<StoreSetup>): void {
  describe(`a ${name}`, () => {
    let setup: StoreSetup;
    let store: Store;
    let now = start;
    let serial = 0;

    beforeAll(async () => {
      setup = await setUp();
      store = await setup.create(() => now);
    });
    afterAll(async () => {
      await store?.close();
      await setup?.stop?.();
    });

    const key = () => `k${++serial}`;
    const id = () => `id${++serial}`;
    const budget = (limit: number, more: Partial<Counter> = {}): Counter =>
      ({ kind: 'calendar', key: key(), limit, unit: 'month', timeZone: 'UTC', ...more }) as Counter;
    const kinds: readonly (readonly [string, () => Counter])[] = [
      ['bucket', () => ({ kind: 'bucket', key: key(), limit: 100, windowMs: minute })],
      ['fixed', () => ({ kind: 'fixed', key: key(), limit: 100, windowMs: minute })],
      ['calendar', () => budget(100)],
      ['rolling', () => ({ kind: 'rolling', key: key(), limit: 100, windowMs: 30 * day })],
      ['concurrency', () => ({ kind: 'concurrency', key: key(), limit: 100 })],
    ];

    describe.each(kinds)('with a %s counter', (kind, make) => {
      it('admits up to the limit and not beyond, and settling with nothing returns all of it', async () => {
        const counter = make();
        const first = await take(store, `a${counter.key}`, counter, 60);
        expect(first).toMatchObject({
          kind: 'admitted',
          grants: [{ granted: 60, remaining: 40, used: 60, reserved: 60 }],
        });
        expect(await take(store, id(), counter, 41)).toMatchObject({
          kind: 'refused',
          index: 0,
          reason: 'exhausted',
          retryAfterMs: expect.any(Number),
          figures: [{ remaining: 40, reserved: 60 }],
        });
        expect(await take(store, `b${counter.key}`, counter, 40)).toMatchObject({
          kind: 'admitted',
          grants: [{ remaining: 0 }],
        });
        expect(await take(store, id(), counter, 0)).toMatchObject({ kind: 'refused', reason: 'exhausted' });
        await finish(store, `a${counter.key}`, counter, 0);
        await finish(store, `b${counter.key}`, counter, 0);
        expect(await figures(store, counter)).toEqual({ remaining: 100, used: 0, reserved: 0, resetMs: 0 });
      });

      it('returns a reservation that is never settled when its time is up', async () => {
        const counter = make();
        await take(store, id(), counter, 100);
        now += minute - 1;
        if (kind !== 'bucket') expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused' });
        now += 1;
        expect(await take(store, id(), counter, 100)).toMatchObject({ kind: 'admitted', grants: [{ reserved: 100 }] });
      });

      it('says that more than the limit never fits', async () => {
        expect(await take(store, id(), make(), 101)).toMatchObject({
          kind: 'refused',
          reason: 'too-large',
          retryAfterMs: undefined,
        });
      });

      it('answers the same id the same, once reserved', async () => {
        const counter = make();
        const name = id();
        const first = await take(store, name, counter, 70);
        expect(await take(store, name, counter, 70)).toEqual(first);
        expect(await figures(store, counter)).toMatchObject({ reserved: 70 });
        await finish(store, name, counter, 0);
        expect(await take(store, name, counter, 70)).toEqual(first);
        expect(await figures(store, counter)).toMatchObject({ reserved: 0 });
      });
    });

    describe.each(kinds.slice(0, 4))('with a %s counter', (kind, make) => {
      it('replaces what is reserved by what was used, once', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 80);
        expect(await finish(store, name, counter, 30)).toMatchObject({
          kind: 'settled',
          isLate: false,
          figures: [{ remaining: 70, used: 30, reserved: 0 }],
        });
        expect(await finish(store, name, counter, 30)).toEqual({ kind: 'already-settled' });
        expect(await figures(store, counter)).toMatchObject({ remaining: 70, used: 30, reserved: 0 });
      });

      it('charges more than was reserved, beyond the limit if it was used', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 80);
        await finish(store, name, counter, 130);
        expect(await figures(store, counter)).toMatchObject({ remaining: 0, used: 130, reserved: 0 });
      });

      it('charges what was used when it is told too late, once', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 80);
        now += 2 * minute;
        expect(await finish(store, name, counter, 30)).toMatchObject({ kind: 'settled', isLate: true });
        await finish(store, name, counter, 30);
        expect(await figures(store, counter)).toMatchObject({ used: 30, reserved: 0 });
      });

      it('charges a use that it never heard of, once', async () => {
        const counter = make();
        const name = id();
        expect(await finish(store, name, counter, 30)).toMatchObject({ kind: 'settled', isLate: true });
        expect(await finish(store, name, counter, 30)).toEqual({ kind: 'already-settled' });
        expect(await figures(store, counter)).toMatchObject({ used: 30 });
      });

      it('raises a reservation that is outgrown, and says whether there was room', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 50);
        await take(store, id(), counter, 20);
        const upTo = (amount: number) => charge(store, { id: name, items: [{ counter, amount }] });
        expect(await upTo(40)).toMatchObject({ kind: 'charged', items: [{ hasRoom: true, reserved: 70 }] });
        expect(await upTo(80)).toMatchObject({ items: [{ hasRoom: true, reserved: 100, remaining: 0 }] });
        expect(await upTo(80)).toMatchObject({ items: [{ hasRoom: true, reserved: 100 }] });
        expect(await upTo(90)).toMatchObject({ items: [{ hasRoom: false, used: 110 }] });
        await finish(store, name, counter, 85);
        expect(await figures(store, counter)).toMatchObject({ used: 105, reserved: 20 });
        expect(await upTo(95)).toEqual({ kind: 'ended' });
      });

      it('keeps what a stream had used when its process died', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 50);
        await charge(store, { id: name, items: [{ counter, amount: 20 }] });
        now += minute;
        const left = kind === 'bucket' ? 0 : 20;
        expect(await figures(store, counter)).toMatchObject({ used: left, reserved: 0 });
        await finish(store, name, counter, 35);
        expect((await figures(store, counter)).used).toBe(left + 15);
      });

      it('counts at once what is final', async () => {
        const counter = make();
        expect(await take(store, id(), counter, 1, { isFinal: true })).toMatchObject({
          grants: [{ granted: 1, used: 1, reserved: 0 }],
        });
      });

      it('keeps usage when the limit changes', async () => {
        const counter = make();
        await finish(store, id(), counter, 50);
        const smaller = { ...counter, limit: 70 };
        expect(await take(store, id(), smaller, 21)).toMatchObject({ kind: 'refused' });
        expect(await take(store, id(), smaller, 20)).toMatchObject({ kind: 'admitted', grants: [{ remaining: 0 }] });
      });
    });

    describe.each([
      ['fixed', (): Counter => ({ kind: 'fixed', key: key(), limit: 100, windowMs: day })] as const,
      ...kinds.slice(2, 4),
    ])('to who watches a %s counter', (_, make) => {
      const watched = { isWatched: true };
      const tell = (counter: Counter, amount: number) =>
        settle(store, { id: id(), items: [{ counter, amount, ...watched }] });

      it('tells what was spent since somebody was told, once', async () => {
        const counter = make();
        expect(await tell(counter, 30)).toMatchObject({ figures: [{ spentBefore: 0, used: 30 }] });
        expect(await finish(store, id(), counter, 15)).not.toHaveProperty('figures.0.spentBefore');
        expect(await take(store, id(), counter, 5, watched)).toMatchObject({ grants: [{ spentBefore: 30, used: 50 }] });
        // What is only reserved is not spent.
        expect(await tell(counter, 10)).toMatchObject({ figures: [{ spentBefore: 45, used: 60, reserved: 5 }] });
        expect(await take(store, id(), counter, 50, watched)).toMatchObject({
          kind: 'refused',
          figures: [{ spentBefore: 55 }],
        });
      });

      it('tells what a process had spent when it died to who is answered next, admitted or not', async () => {
        const counter = make();
        const die = async (spent: number) => {
          const name = id();
          await take(store, name, counter, spent + 5, watched);
          await charge(store, { id: name, items: [{ counter, amount: spent, ...watched }] });
          now += minute;
        };
        await die(40);
        expect(await take(store, id(), counter, 10, watched)).toMatchObject({
          grants: [{ spentBefore: 0, used: 50, reserved: 10 }],
        });
        await die(20);
        expect(await take(store, id(), counter, 90, watched)).toMatchObject({
          kind: 'refused',
          figures: [{ spentBefore: 40, used: 60, reserved: 0 }],
        });
        expect(await take(store, id(), counter, 90, watched)).toMatchObject({ figures: [{ spentBefore: 60 }] });
      });

      it('tells nothing twice that was charged for a process that had not died', async () => {
        const counter = make();
        const name = id();
        await take(store, name, counter, 50, watched);
        await charge(store, { id: name, items: [{ counter, amount: 40, ...watched }] });
        now += minute;
        expect(await tell(counter, 20)).toMatchObject({ figures: [{ used: 60 }] });
        expect(await settle(store, { id: name, items: [{ counter, amount: 35, ...watched }] })).toMatchObject({
          isLate: true,
          figures: [{ spentBefore: 60, used: 55 }],
        });
        expect(await tell(counter, 10)).toMatchObject({ figures: [{ spentBefore: 60, used: 65 }] });
      });

      it('tells by the limit that is in force, and nothing twice while processes differ about it', async () => {
        const counter = make();
        const raised = { ...counter, limit: 200 };
        const lowered = { ...counter, limit: 50 };
        await tell(counter, 60);
        // 60 of 100 was told: of 200 it is no more than that.
        expect(await tell(raised, 10)).toMatchObject({ figures: [{ spentBefore: 60, used: 70 }] });
        // 70 of 200 was told: of 50 the same part is 18.
        expect(await tell(lowered, 0)).toMatchObject({ figures: [{ spentBefore: 18, used: 70 }] });
        expect(await tell(raised, 5)).toMatchObject({ figures: [{ spentBefore: 70, used: 75 }] });
        expect(await tell(lowered, 5)).toMatchObject({ figures: [{ spentBefore: 70, used: 80 }] });
        expect(await tell(raised, 0)).toMatchObject({ figures: [{ spentBefore: 75, used: 80 }] });
      });
    });

    it('tells who watches again in the next period, whoever began it', async () => {
      now = Date.UTC(2026, 3, 30, 23);
      const counter = budget(100);
      const tell = (amount: number) => settle(store, { id: id(), items: [{ counter, amount, isWatched: true }] });
      await tell(60);
      now += 3_600_000;
      await finish(store, id(), counter, 5);
      expect(await tell(50)).toMatchObject({ figures: [{ spentBefore: 0, used: 55 }] });
      expect(await tell(1)).toMatchObject({ figures: [{ spentBefore: 55 }] });
    });

    it('tells who watches again what has left a rolling window and come back, whoever looked meanwhile', async () => {
      now = Date.UTC(2026, 2, 28);
      const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
      const tell = (amount: number) => settle(store, { id: id(), items: [{ counter, amount, isWatched: true }] });
      await tell(60);
      now += 3 * day;
      await tell(30);
      now += 8 * day;
      await finish(store, id(), counter, 40);
      expect(await tell(10)).toMatchObject({ figures: [{ spentBefore: 30, used: 80 }] });
    });

    it('reserves in all counters or in none, and names the first that refuses', async () => {
      const wide = budget(100);
      const narrow = budget(10);
      const narrower = budget(5);
      const items = [wide, narrow, narrower].map((counter) => ({ counter, amount: 8 }));
      expect(await reserve(store, { id: id(), ttlMs: minute, items: items.slice(0, 2) })).toMatchObject({
        kind: 'admitted',
        grants: [{ remaining: 92 }, { remaining: 2 }],
      });
      expect(await reserve(store, { id: id(), ttlMs: minute, items })).toMatchObject({
        kind: 'refused',
        index: 1,
        figures: [{ remaining: 92 }, { remaining: 2 }, { remaining: 5 }],
      });
      expect(await peek(store, [wide, narrow, narrower])).toMatchObject({
        figures: [{ reserved: 8 }, { reserved: 8 }, { reserved: 0 }],
      });
    });

    it('takes what is left where less is enough', async () => {
      const counter = budget(100);
      expect(await take(store, id(), counter, 500, { atLeast: 10 })).toMatchObject({ grants: [{ granted: 100 }] });
      expect(await take(store, id(), counter, 500, { atLeast: 1 })).toMatchObject({
        kind: 'refused',
        reason: 'exhausted',
      });
      const other = budget(100);
      await finish(store, id(), other, 95);
      expect(await take(store, id(), other, 500, { atLeast: 10 })).toMatchObject({ kind: 'refused' });
      expect(await take(store, id(), other, 500, { atLeast: 5 })).toMatchObject({ grants: [{ granted: 5 }] });
    });

    it('refuses nobody for a counter that only warns', async () => {
      const counter = budget(10);
      expect(await take(store, id(), counter, 25, { isAdvisory: true })).toMatchObject({
        kind: 'admitted',
        grants: [{ granted: 25, used: 25, remaining: 0 }],
      });
    });

    it('fills a bucket evenly', async () => {
      const counter: Counter = { kind: 'bucket', key: key(), limit: 7, windowMs: 10_000 };
      await finish(store, id(), counter, 7);
      expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused', retryAfterMs: 1_429 });
      now += 1_428;
      expect((await figures(store, counter)).remaining).toBe(0);
      now += 1;
      expect((await figures(store, counter)).remaining).toBe(1);
      now += 3_000;
      expect(await figures(store, counter)).toEqual({ remaining: 3, used: 4, reserved: 0, resetMs: 5_571 });
    });

    it('drains a bucket exactly, however often it is asked', async () => {
      const counter: Counter = { kind: 'bucket', key: key(), limit: 100_003, windowMs: minute };
      await finish(store, id(), counter, 100_003);
      for (let asked = 0; asked < 30; asked++) {
        now += 1;
        await finish(store, id(), counter, 0);
      }
      now += 29_970;
      expect((await figures(store, counter)).remaining).toBe(50_001);
    });

    it('begins a fixed window anew, and lets a reservation that lives on count in it', async () => {
      now = Date.UTC(2026, 2, 28, 12, 0, 50);
      const counter: Counter = { kind: 'fixed', key: key(), limit: 100, windowMs: minute };
      const name = id();
      await finish(store, id(), counter, 60);
      await take(store, name, counter, 30);
      expect(await take(store, id(), counter, 20)).toMatchObject({ kind: 'refused', retryAfterMs: 10_000 });
      now += 10_000;
      expect(await figures(store, counter)).toMatchObject({ used: 30, reserved: 30, remaining: 70 });
      await finish(store, name, counter, 10);
      expect(await figures(store, counter)).toMatchObject({ used: 10, reserved: 0, resetMs: minute });
    });

    it('lets usage leave a rolling window with its slice, never early', async () => {
      now = Date.UTC(2026, 2, 28);
      const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
      await finish(store, id(), counter, 40);
      now += 3 * day + 5;
      await finish(store, id(), counter, 60);
      expect(await take(store, id(), counter, 40)).toMatchObject({ kind: 'refused', retryAfterMs: 8 * day - 5 });
      expect(await take(store, id(), counter, 41)).toMatchObject({ kind: 'refused', retryAfterMs: 11 * day - 5 });
      now += 8 * day - 6;
      expect((await figures(store, counter)).used).toBe(100);
      now += 1;
      expect((await figures(store, counter)).used).toBe(60);
      now += 3 * day;
      expect(await figures(store, counter)).toEqual({ remaining: 100, used: 0, reserved: 0, resetMs: 0 });
    });

    it('says of a rolling window that what is reserved is free again when it has been used and left', async () => {
      now = Date.UTC(2026, 2, 28);
      const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
      const running = id();
      await take(store, running, counter, 40);
      expect(await figures(store, counter)).toMatchObject({ used: 40, reserved: 40, resetMs: 11 * day });
      now += 5;
      await finish(store, running, counter, 0);
      expect(await figures(store, counter)).toMatchObject({ used: 0, resetMs: 0 });
    });

    it.each([
      ['spring forward', Date.UTC(2026, 2, 28, 23), 23],
      ['fall back', Date.UTC(2026, 9, 24, 22), 25],
    ])('counts a calendar day in Berlin that has %s as one', async (_, midnight, hours) => {
      now = midnight;
      const counter = budget(100, { unit: 'day', timeZone: 'Europe/Berlin' } as Partial<Counter>);
      await finish(store, id(), counter, 100);
      expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused', retryAfterMs: hours * 3_600_000 });
      now += hours * 3_600_000 - 1;
      expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused', retryAfterMs: 1 });
      now += 1;
      expect(await take(store, id(), counter, 100)).toMatchObject({ kind: 'admitted' });
    });

    it.each(kinds.slice(0, 4))('is not fooled by a clock that goes backward with a %s counter', async (_, make) => {
      now = Date.UTC(2026, 4, 1, 0, 0, 1);
      const counter = make();
      await finish(store, id(), counter, 100);
      now -= 5_000;
      expect(await take(store, id(), counter, 1)).toMatchObject({ kind: 'refused' });
      await finish(store, id(), counter, 10);
      expect((await figures(store, counter)).used).toBe(110);
      now += 5_000;
      expect((await figures(store, counter)).used).toBe(110);
    });

    it('lets a renewed reservation live on, and says which does not', async () => {
      const counter = budget(100);
      const [living, dead] = [id(), id()];
      await take(store, living, counter, 10);
      await take(store, dead, counter, 20);
      now += minute - 1;
      expect(await renew(store, [{ id: living, ttlMs: minute, counters: [counter] }])).toEqual({
        kind: 'renewed',
        ended: [],
      });
      now += minute - 1;
      expect(await figures(store, counter)).toMatchObject({ reserved: 10 });
      const both = [living, dead].map((name) => ({ id: name, ttlMs: minute, counters: [counter] }));
      expect(await renew(store, both)).toEqual({ kind: 'renewed', ended: [dead] });
    });

    it('knows what it was told of a reservation that it never had, for as long as of one that has ended', async () => {
      const counter = budget(1_000);
      const name = id();
      const upTo = (amount: number) => charge(store, { id: name, items: [{ counter, amount }] });
      expect(await upTo(30)).toMatchObject({ items: [{ hasRoom: true, used: 30, reserved: 0 }] });
      expect(await upTo(40)).toMatchObject({ items: [{ used: 40 }] });
      now += defaultRetentionMs - 1;
      expect(await upTo(40)).toMatchObject({ items: [{ used: 40 }] });
      now += defaultRetentionMs + 1;
      expect(await upTo(40)).toMatchObject({ items: [{ used: 80 }] });
    });

    it('keeps money exact near 2^53', async () => {
      const counter = budget(9_000_000_000_000_000);
      await finish(store, id(), counter, 8_999_999_999_999_990);
      expect(await take(store, id(), counter, 11)).toMatchObject({ kind: 'refused' });
      expect(await take(store, id(), counter, 9)).toMatchObject({ kind: 'admitted', grants: [{ remaining: 1 }] });
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
      expect(await reserve(store, request)).toMatchObject({ kind: 'unavailable', cause: 'invalid' });
    });

    it('lists counters by prefix, and forgets them on demand', async () => {
      const shared = key();
      const counters = ['x', 'y', 'z*'].map((end) => budget(100, { key: `${shared}:${end}` }));
      for (const counter of counters) await finish(store, id(), counter, 7);
      await take(store, id(), counters[0] as Counter, 5);
      const listed = await store.list(`${shared}:`);
      expect(listed.map((report) => [report.counter, report.used, report.reserved, report.drift])).toEqual([
        [counters[0], 12, 5, 0],
        [counters[1], 7, 0, 0],
        [counters[2], 7, 0, 0],
      ]);
      expect(await store.reset({ keys: [`${shared}:x`, `${shared}:none`] })).toBe(1);
      expect(await store.reset({ prefix: `${shared}:z*` })).toBe(1);
      expect((await store.list(shared)).map((report) => report.counter.key)).toEqual([`${shared}:y`]);
      expect(await store.list(`${shared}:*`)).toEqual([]);
    });

    it('admits exactly as many of 1,000 at once as there is room for', async () => {
      const counter = budget(100_000);
      const outcomes = await Promise.all(
        Array.from({ length: 1_000 }, (_, index) => take(store, `${counter.key}-${index}`, counter, 700)),
      );
      expect(outcomes.filter((outcome) => outcome.kind === 'admitted')).toHaveLength(142);
      expect(outcomes.filter((outcome) => outcome.kind === 'refused')).toHaveLength(858);
      await Promise.all(
        Array.from({ length: 1_000 }, (_, index) =>
          settle(store, { id: `${counter.key}-${index}`, items: [{ counter, amount: 0 }] }),
        ),
      );
      expect(await figures(store, counter)).toMatchObject({ used: 0, reserved: 0 });
    });
  });
}
