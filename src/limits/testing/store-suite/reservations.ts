import { describe, expect, it } from 'vitest';
import type { Counter } from '../../counter.ts';
import { charge, figures, finish, take } from '../answers.ts';
import { day, minute, type StoreSuite } from './suite.ts';

/** A request reserves in one counter, and is settled. */
export function describeReservations(suite: StoreSuite): void {
  const { id, kinds } = suite;

  describe.each(kinds)('with a %s counter', (kind, make) => {
    it('admits up to the limit and not beyond, and settling with nothing returns all of it', async () => {
      const counter = make();
      const first = await take(suite.store, `a${counter.key}`, counter, 60);
      expect(first).toMatchObject({
        kind: 'admitted',
        grants: [{ granted: 60, remaining: 40, used: 60, reserved: 60 }],
      });
      expect(await take(suite.store, id(), counter, 41)).toMatchObject({
        kind: 'refused',
        index: 0,
        reason: 'exhausted',
        retryAfterMs: expect.any(Number),
        figures: [{ remaining: 40, reserved: 60 }],
      });
      expect(await take(suite.store, `b${counter.key}`, counter, 40)).toMatchObject({
        kind: 'admitted',
        grants: [{ remaining: 0 }],
      });
      expect(await take(suite.store, id(), counter, 0)).toMatchObject({ kind: 'refused', reason: 'exhausted' });
      await finish(suite.store, `a${counter.key}`, counter, 0);
      await finish(suite.store, `b${counter.key}`, counter, 0);
      expect(await figures(suite.store, counter)).toEqual({ remaining: 100, used: 0, reserved: 0, resetMs: 0 });
    });

    it('returns a reservation that is never settled when its time is up', async () => {
      const counter = make();
      await take(suite.store, id(), counter, 100);
      suite.now += minute - 1;
      if (kind !== 'bucket') expect(await take(suite.store, id(), counter, 1)).toMatchObject({ kind: 'refused' });
      suite.now += 1;
      expect(await take(suite.store, id(), counter, 100)).toMatchObject({
        kind: 'admitted',
        grants: [{ reserved: 100 }],
      });
    });

    it('says that more than the limit never fits', async () => {
      expect(await take(suite.store, id(), make(), 101)).toMatchObject({
        kind: 'refused',
        reason: 'too-large',
        retryAfterMs: undefined,
      });
      const one = { ...make(), limit: 1 };
      await take(suite.store, id(), one, 1);
      expect(await take(suite.store, id(), one, 1)).toMatchObject({ kind: 'refused', reason: 'exhausted' });
      expect(await take(suite.store, id(), { ...make(), limit: 0 }, 0)).toMatchObject({ reason: 'too-large' });
    });

    it('answers the same id the same, once reserved', async () => {
      const counter = make();
      const name = id();
      const first = await take(suite.store, name, counter, 70);
      expect(await take(suite.store, name, counter, 70)).toEqual(first);
      expect(await figures(suite.store, counter)).toMatchObject({ reserved: 70 });
      await finish(suite.store, name, counter, 0);
      expect(await take(suite.store, name, counter, 70)).toEqual(first);
      expect(await figures(suite.store, counter)).toMatchObject({ reserved: 0 });
    });
  });

  describe.each(kinds.slice(0, 4))('with a %s counter', (kind, make) => {
    it('replaces what is reserved by what was used, once', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 80);
      expect(await finish(suite.store, name, counter, 30)).toMatchObject({
        kind: 'settled',
        isLate: false,
        figures: [{ remaining: 70, used: 30, reserved: 0 }],
      });
      expect(await finish(suite.store, name, counter, 30)).toEqual({ kind: 'already-settled' });
      expect(await figures(suite.store, counter)).toMatchObject({ remaining: 70, used: 30, reserved: 0 });
    });

    it('charges more than was reserved, beyond the limit if it was used', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 80);
      await finish(suite.store, name, counter, 130);
      expect(await figures(suite.store, counter)).toMatchObject({ remaining: 0, used: 130, reserved: 0 });
    });

    it('charges what was used when it is told too late, once', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 80);
      suite.now += 2 * minute;
      expect(await finish(suite.store, name, counter, 30)).toMatchObject({ kind: 'settled', isLate: true });
      await finish(suite.store, name, counter, 30);
      expect(await figures(suite.store, counter)).toMatchObject({ used: 30, reserved: 0 });
    });

    it('charges a use that it never heard of, once', async () => {
      const counter = make();
      const name = id();
      expect(await finish(suite.store, name, counter, 30)).toMatchObject({ kind: 'settled', isLate: true });
      expect(await finish(suite.store, name, counter, 30)).toEqual({ kind: 'already-settled' });
      expect(await figures(suite.store, counter)).toMatchObject({ used: 30 });
    });

    it('raises a reservation that is outgrown, and says whether there was room', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 50);
      await take(suite.store, id(), counter, 20);
      const upTo = (amount: number) => charge(suite.store, { id: name, items: [{ counter, amount }] });
      expect(await upTo(40)).toMatchObject({ kind: 'charged', items: [{ hasRoom: true, reserved: 70 }] });
      expect(await upTo(80)).toMatchObject({ items: [{ hasRoom: true, reserved: 100, remaining: 0 }] });
      expect(await upTo(80)).toMatchObject({ items: [{ hasRoom: true, reserved: 100 }] });
      expect(await upTo(90)).toMatchObject({ items: [{ hasRoom: false, used: 110 }] });
      await finish(suite.store, name, counter, 85);
      expect(await figures(suite.store, counter)).toMatchObject({ used: 105, reserved: 20 });
      expect(await upTo(95)).toEqual({ kind: 'ended' });
    });

    it('keeps what a stream had used when its process died', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 50);
      await charge(suite.store, { id: name, items: [{ counter, amount: 20 }] });
      suite.now += minute;
      const left = kind === 'bucket' ? 0 : 20;
      expect(await figures(suite.store, counter)).toMatchObject({ used: left, reserved: 0 });
      await finish(suite.store, name, counter, 35);
      expect((await figures(suite.store, counter)).used).toBe(left + 15);
    });

    it('holds nothing any more when it forgets who had used it', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 50);
      await charge(suite.store, { id: name, items: [{ counter, amount: 20 }] });
      suite.now += minute;
      await finish(suite.store, id(), counter, 0);
      suite.now += 20 * minute;
      await finish(suite.store, id(), counter, 0);
      const used = kind === 'calendar' || kind === 'rolling' ? 20 : 0;
      expect(await figures(suite.store, counter)).toMatchObject({ used, reserved: 0, remaining: 100 - used });
    });

    it('counts at once what is final', async () => {
      const counter = make();
      expect(await take(suite.store, id(), counter, 1, { isFinal: true })).toMatchObject({
        grants: [{ granted: 1, used: 1, reserved: 0 }],
      });
    });

    it('keeps usage when the limit changes', async () => {
      const counter = make();
      await finish(suite.store, id(), counter, 50);
      const smaller = { ...counter, limit: 70 };
      expect(await take(suite.store, id(), smaller, 21)).toMatchObject({ kind: 'refused' });
      expect(await take(suite.store, id(), smaller, 20)).toMatchObject({
        kind: 'admitted',
        grants: [{ remaining: 0 }],
      });
    });
  });

  it('takes what is held, and nothing that was used, into a limit of another kind', async () => {
    const key = suite.key();
    const fixed: Counter = { kind: 'fixed', key, limit: 100, windowMs: 20 * minute };
    const bucket: Counter = { kind: 'bucket', key, limit: 100, windowMs: 7 * minute };
    const rolling: Counter = { kind: 'rolling', key, limit: 100, windowMs: day };
    const name = id();
    await finish(suite.store, id(), fixed, 50);
    await take(suite.store, name, fixed, 20);
    expect(await take(suite.store, id(), bucket, 81)).toMatchObject({ kind: 'refused', figures: [{ used: 20 }] });
    await finish(suite.store, name, bucket, 5);
    expect(await figures(suite.store, bucket)).toMatchObject({ used: 5, reserved: 0 });
    await finish(suite.store, id(), rolling, 40);
    await finish(suite.store, id(), fixed, 1);
    await finish(suite.store, id(), rolling, 2);
    expect(await figures(suite.store, rolling)).toMatchObject({ used: 2, reserved: 0 });
    suite.now += 2 * day;
    expect(await figures(suite.store, rolling)).toMatchObject({ used: 0, remaining: 100 });
  });
}
