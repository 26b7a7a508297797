import { describe, expect, it } from 'vitest';
import type { Counter } from '../../counter.ts';
import { charge, finish, settle, take } from '../answers.ts';
import { day, minute, type StoreSuite } from './suite.ts';

/** Whoever watches a counter is told what was spent since the last answer. */
export function describeWatched(suite: StoreSuite): void {
  const { budget, id, key, kinds } = suite;

  describe.each([
    ['fixed', (): Counter => ({ kind: 'fixed', key: key(), limit: 100, windowMs: day })] as const,
    ...kinds.slice(2, 4),
  ])('to who watches a %s counter', (_, make) => {
    const watched = { isWatched: true };
    const tell = (counter: Counter, amount: number) =>
      settle(suite.store, { id: id(), items: [{ counter, amount, ...watched }] });

    it('tells what was spent since somebody was told, once', async () => {
      const counter = make();
      expect(await tell(counter, 30)).toMatchObject({ figures: [{ spentBefore: 0, used: 30 }] });
      expect(await finish(suite.store, id(), counter, 15)).not.toHaveProperty('figures.0.spentBefore');
      expect(await take(suite.store, id(), counter, 5, watched)).toMatchObject({
        grants: [{ spentBefore: 30, used: 50 }],
      });
      // What is only reserved is not spent.
      expect(await tell(counter, 10)).toMatchObject({ figures: [{ spentBefore: 45, used: 60, reserved: 5 }] });
      expect(await take(suite.store, id(), counter, 50, watched)).toMatchObject({
        kind: 'refused',
        figures: [{ spentBefore: 55 }],
      });
    });

    it('tells what a process had spent when it died to who is answered next, admitted or not', async () => {
      const counter = make();
      const die = async (spent: number) => {
        const name = id();
        await take(suite.store, name, counter, spent + 5, watched);
        await charge(suite.store, { id: name, items: [{ counter, amount: spent, ...watched }] });
        suite.now += minute;
      };
      await die(40);
      expect(await take(suite.store, id(), counter, 10, watched)).toMatchObject({
        grants: [{ spentBefore: 0, used: 50, reserved: 10 }],
      });
      await die(20);
      expect(await take(suite.store, id(), counter, 90, watched)).toMatchObject({
        kind: 'refused',
        figures: [{ spentBefore: 40, used: 60, reserved: 0 }],
      });
      expect(await take(suite.store, id(), counter, 90, watched)).toMatchObject({ figures: [{ spentBefore: 60 }] });
    });

    it('tells nothing twice that was charged for a process that had not died', async () => {
      const counter = make();
      const name = id();
      await take(suite.store, name, counter, 50, watched);
      await charge(suite.store, { id: name, items: [{ counter, amount: 40, ...watched }] });
      suite.now += minute;
      expect(await tell(counter, 20)).toMatchObject({ figures: [{ used: 60 }] });
      expect(await settle(suite.store, { id: name, items: [{ counter, amount: 35, ...watched }] })).toMatchObject({
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
    suite.now = Date.UTC(2026, 3, 30, 23);
    const counter = budget(100);
    const tell = (amount: number) => settle(suite.store, { id: id(), items: [{ counter, amount, isWatched: true }] });
    await tell(60);
    suite.now += 3_600_000;
    await finish(suite.store, id(), counter, 5);
    expect(await tell(50)).toMatchObject({ figures: [{ spentBefore: 0, used: 55 }] });
    expect(await tell(1)).toMatchObject({ figures: [{ spentBefore: 55 }] });
  });

  it('tells who watches again what has left a rolling window and come back, whoever looked meanwhile', async () => {
    suite.now = Date.UTC(2026, 2, 28);
    const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
    const tell = (amount: number) => settle(suite.store, { id: id(), items: [{ counter, amount, isWatched: true }] });
    await tell(60);
    suite.now += 3 * day;
    await tell(30);
    suite.now += 8 * day;
    await finish(suite.store, id(), counter, 40);
    expect(await tell(10)).toMatchObject({ figures: [{ spentBefore: 30, used: 80 }] });
  });
}
