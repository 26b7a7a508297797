import { describe, expect, it } from 'vitest';
import { unlistedModel } from '../../../program/program.ts';
import { type ProgramInit, programOf } from '../../../program/testing/program-of.ts';
import { DistinctCounters } from './distinct-values.ts';
import { atOnce, budget, open, requests } from './testing/limit-stage.ts';

describe('counters by a header', () => {
  it('are as many as allowed, and what comes on top shares one', async () => {
    const byTenant = { ...requests, amount: 100n, per: ['header:x-tenant'], maxDistinct: 3 };
    const { ask, list } = open({ init: { limits: [byTenant] } });
    for (let n = 0; n < 10; n++) ask(1, { observed: [`tenant-${n}`] });
    expect((await list()).map(({ counter: { key }, used }) => [key, used])).toEqual([
      ['limit:requests:header%3ax-tenant=tenant-0', 1],
      ['limit:requests:header%3ax-tenant=tenant-1', 1],
      ['limit:requests:header%3ax-tenant=tenant-2', 1],
      ['limit:requests:others', 7],
    ]);
  });

  it('are bounded for a limit and a budget of one name each, and anew when policy changes', async () => {
    const both = { name: 'same', per: ['header:x-tenant'] };
    const ofTenant = { ...requests, ...both, amount: 100n, maxDistinct: 1 };
    const init = { limits: [ofTenant], budgets: [{ ...budget, ...both, maxDistinct: 3 }] };
    const { ask, list, program } = open({ init });
    for (let n = 0; n < 4; n++) ask(1, { observed: [`t-${n}`] });
    const keys = async () => (await list()).map(({ counter: { key } }) => key.replace('header%3ax-tenant=', ''));
    expect(await keys()).toEqual([
      ...['budget:same:t-0', 'budget:same:t-1', 'budget:same:t-2', 'budget:same:others'],
      ...['limit:same:t-0', 'limit:same:others'],
    ]);
    program({ ...init, limits: [{ ...ofTenant, maxDistinct: 2 }] });
    ask(1, { observed: ['t-3'] });
    expect(await keys()).toContain('limit:same:t-3');
  });
});

describe('a value that rests', () => {
  const hour = 3_600_000;
  const day = 24 * hour;
  const sourceOf = (init: Pick<ProgramInit, 'limits' | 'budgets'>) => {
    const { limits, budgets } = programOf(init);
    const [source] = [...limits.all, ...budgets.all];
    if (source === undefined) throw new Error('no limit');
    return source;
  };

  it.each([
    ['a limit of an hour', { limits: [requests] }, hour],
    ['a limit of a month', { limits: [{ ...requests, window: budget.period }] }, day],
    ['a limit of what runs at once', { limits: [atOnce] }, day],
    ['a budget of a month', { budgets: [budget] }, day],
    ['a budget of an hour', { budgets: [{ ...budget, period: requests.window }] }, hour],
    ['a budget of a week', { budgets: [{ ...budget, period: { lengthMs: BigInt(7 * day) } }] }, day],
  ])('makes room for another when its window is over, of longer ones after a day: %s', (_, init, restMs) => {
    const source = sourceOf(init);
    const values = new DistinctCounters();
    const admit = (value: string, at: number) => values.of(source).admit(value, at);
    for (const [index, value] of ['a', 'b', 'c'].entries()) expect(admit(value, index)).toBe(value);
    // Met again, so that it is the last to go.
    expect(admit('a', 3)).toBe('a');
    expect(admit('d', 1 + restMs - 1)).toBe('others');
    expect(admit('d', 1 + restMs)).toBe('d');
    expect(admit('b', 1 + restMs)).toBe('others');
    expect(['a', 'c', 'd'].map((value) => admit(value, 1 + restMs))).toEqual(['a', 'c', 'd']);
  });

  it('rests as long as policy says now', () => {
    const values = new DistinctCounters();
    const limit = { ...requests, maxDistinct: 1 };
    expect(values.of(sourceOf({ limits: [limit] })).admit('a', 0)).toBe('a');
    const shorter = sourceOf({ limits: [{ ...limit, window: { lengthMs: 1_000n } }] });
    expect(values.of(shorter).admit('b', 999)).toBe('others');
    expect(values.of(shorter).admit('b', 1_000)).toBe('b');
  });

  it('is told from others however long it is', () => {
    const source = sourceOf({ limits: [requests] });
    const values = new DistinctCounters();
    const long = 'x'.repeat(60_000);
    for (const value of [`${long}1`, `${long}2`, long, `${long}1`])
      expect(values.of(source).admit(value, 0)).toBe(value);
    expect(values.of(source).admit(`${long}3`, 0)).toBe('others');
  });
});

describe('counters of what callers do not choose', () => {
  it('have no bound, also where callers choose the model', async () => {
    const { ask, list } = open({ init: { limits: [{ ...requests, per: ['key'], maxDistinct: 1 }] } });
    for (const name of ['k', 'l', 'm']) ask(1, { key: { name } as never, model: unlistedModel('chosen') });
    expect((await list()).map(({ counter: { key } }) => key)).toEqual(
      ['k', 'l', 'm'].map((name) => `limit:requests:key=${name}`),
    );
  });
});

describe('counters by model', () => {
  it('are bounded where callers choose the name, and only there', async () => {
    const byModel = { ...requests, amount: 100n, per: ['model'], maxDistinct: 2 };
    const { ask, list } = open({ init: { limits: [byModel], models: [{ name: 'known', isOpen: true }] } });
    for (let n = 0; n < 5; n++) ask(1, { model: unlistedModel(`chosen-${n}`) });
    ask(1, { model: { ...unlistedModel('known'), isListed: true } });
    expect((await list()).map(({ counter: { key }, used }) => [key, used])).toEqual([
      ['limit:requests:model=chosen-0', 1],
      ['limit:requests:model=chosen-1', 1],
      ['limit:requests:model=known', 1],
      ['limit:requests:others', 3],
    ]);
  });
});
