import { describe, expect, it } from 'vitest';
import { unlistedModel } from '../../../program/program.ts';
import { budget, open, requests } from './testing/limit-stage.ts';

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
