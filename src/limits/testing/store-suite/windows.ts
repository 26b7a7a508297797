import { expect, it } from 'vitest';
import type { Counter } from '../../counter.ts';
import { figures, finish, take } from '../answers.ts';
import { day, minute, type StoreSuite } from './suite.ts';

/** What each kind of counter makes of time. */
export function describeWindows(suite: StoreSuite): void {
  const { budget, id, key, kinds } = suite;

  it('fills a bucket evenly', async () => {
    const counter: Counter = { kind: 'bucket', key: key(), limit: 7, windowMs: 10_000 };
    await finish(suite.store, id(), counter, 7);
    expect(await take(suite.store, id(), counter, 1)).toMatchObject({ kind: 'refused', retryAfterMs: 1_429 });
    suite.now += 1_428;
    expect((await figures(suite.store, counter)).remaining).toBe(0);
    suite.now += 1;
    expect((await figures(suite.store, counter)).remaining).toBe(1);
    suite.now += 3_000;
    expect(await figures(suite.store, counter)).toEqual({ remaining: 3, used: 4, reserved: 0, resetMs: 5_571 });
  });

  it('drains a bucket exactly, however often it is asked', async () => {
    const counter: Counter = { kind: 'bucket', key: key(), limit: 100_003, windowMs: minute };
    await finish(suite.store, id(), counter, 100_003);
    for (let asked = 0; asked < 30; asked++) {
      suite.now += 1;
      await finish(suite.store, id(), counter, 0);
    }
    suite.now += 29_970;
    expect((await figures(suite.store, counter)).remaining).toBe(50_001);
  });

  it('begins a fixed window anew, and lets a reservation that lives on count in it', async () => {
    suite.now = Date.UTC(2026, 2, 28, 12, 0, 50);
    const counter: Counter = { kind: 'fixed', key: key(), limit: 100, windowMs: minute };
    const name = id();
    await finish(suite.store, id(), counter, 60);
    await take(suite.store, name, counter, 30);
    expect(await take(suite.store, id(), counter, 20)).toMatchObject({ kind: 'refused', retryAfterMs: 10_000 });
    suite.now += 10_000;
    expect(await figures(suite.store, counter)).toMatchObject({ used: 30, reserved: 30, remaining: 70 });
    await finish(suite.store, name, counter, 10);
    expect(await figures(suite.store, counter)).toMatchObject({ used: 10, reserved: 0, resetMs: minute });
  });

  it('lets usage leave a rolling window with its slice, never early', async () => {
    suite.now = Date.UTC(2026, 2, 28);
    const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
    await finish(suite.store, id(), counter, 40);
    suite.now += 3 * day + 5;
    await finish(suite.store, id(), counter, 60);
    expect(await take(suite.store, id(), counter, 40)).toMatchObject({ kind: 'refused', retryAfterMs: 8 * day - 5 });
    expect(await take(suite.store, id(), counter, 41)).toMatchObject({ kind: 'refused', retryAfterMs: 11 * day - 5 });
    suite.now += 8 * day - 6;
    expect((await figures(suite.store, counter)).used).toBe(100);
    suite.now += 1;
    expect((await figures(suite.store, counter)).used).toBe(60);
    suite.now += 3 * day;
    expect(await figures(suite.store, counter)).toEqual({ remaining: 100, used: 0, reserved: 0, resetMs: 0 });
  });

  it('says of a rolling window that what is reserved is free again when it has been used and left', async () => {
    suite.now = Date.UTC(2026, 2, 28);
    const counter: Counter = { kind: 'rolling', key: key(), limit: 100, windowMs: 10 * day, slices: 10 };
    const running = id();
    await take(suite.store, running, counter, 40);
    expect(await figures(suite.store, counter)).toMatchObject({ used: 40, reserved: 40, resetMs: 11 * day });
    suite.now += 5;
    await finish(suite.store, running, counter, 0);
    expect(await figures(suite.store, counter)).toMatchObject({ used: 0, resetMs: 0 });
  });

  it('lists counters as they are now', async () => {
    const counter: Counter = { kind: 'fixed', key: `${key()}-listed`, limit: 100, windowMs: minute };
    await finish(suite.store, id(), counter, 60);
    await take(suite.store, id(), counter, 30);
    expect(await suite.store.list(counter.key)).toMatchObject([{ used: 90, reserved: 30, drift: 0 }]);
    suite.now += 2 * minute;
    expect(await suite.store.list(counter.key)).toMatchObject([{ used: 0, reserved: 0, drift: 0 }]);
  });

  it.each([
    ['spring forward', Date.UTC(2026, 2, 28, 23), 23],
    ['fall back', Date.UTC(2026, 9, 24, 22), 25],
  ])('counts a calendar day in Berlin that has %s as one', async (_, midnight, hours) => {
    suite.now = midnight;
    const counter = budget(100, { unit: 'day', timeZone: 'Europe/Berlin' } as Partial<Counter>);
    await finish(suite.store, id(), counter, 100);
    expect(await take(suite.store, id(), counter, 1)).toMatchObject({
      kind: 'refused',
      retryAfterMs: hours * 3_600_000,
    });
    suite.now += hours * 3_600_000 - 1;
    expect(await take(suite.store, id(), counter, 1)).toMatchObject({ kind: 'refused', retryAfterMs: 1 });
    suite.now += 1;
    expect(await take(suite.store, id(), counter, 100)).toMatchObject({ kind: 'admitted' });
  });

  it.each(kinds.slice(0, 4))('is not fooled by a clock that goes backward with a %s counter', async (_, make) => {
    suite.now = Date.UTC(2026, 4, 1, 0, 0, 1);
    const counter = make();
    await finish(suite.store, id(), counter, 100);
    suite.now -= 5_000;
    expect(await take(suite.store, id(), counter, 1)).toMatchObject({ kind: 'refused' });
    await finish(suite.store, id(), counter, 10);
    expect((await figures(suite.store, counter)).used).toBe(110);
    suite.now += 5_000;
    expect((await figures(suite.store, counter)).used).toBe(110);
  });
}
