import { describe, expect, it } from 'vitest';
import { BudgetUnit, Calendar, LimitUnit } from '../../../gen/sluice/program/v1/program_pb.js';
import type { Counter } from '../../../limits/counter.ts';
import { atOnce, budget, common, now, type Options, open } from './testing/limit-stage.ts';

const week = { calendar: Calendar.WEEK, timeZone: 'Europe/Berlin' };
const days = { lengthMs: 7n * 86_400_000n };
const limit = { ...common, name: 'l', unit: LimitUnit.REQUESTS, amount: 9n };
const tokens = { ...budget, name: 'b', unit: BudgetUnit.TOKENS, amount: 90n };
const override = { overrideAmount: 500n, overrideUntilMs: BigInt(now + 1) };

describe('the counter', () => {
  it.each<[string, Options['init'], Counter]>([
    [
      'a limit of a length is a bucket',
      { limits: [{ ...limit, window: { lengthMs: 60_000n } }] },
      { kind: 'bucket', key: 'limit:l:key=k', limit: 9, windowMs: 60_000 },
    ],
    [
      'a fixed one is of windows',
      { limits: [{ ...limit, window: { lengthMs: 60_000n }, isFixed: true }] },
      { kind: 'fixed', key: 'limit:l:key=k', limit: 9, windowMs: 60_000 },
    ],
    [
      'a limit of the calendar follows its time zone',
      { limits: [{ ...limit, window: week }] },
      { kind: 'calendar', key: 'limit:l:key=k', limit: 9, unit: 'week', timeZone: 'Europe/Berlin' },
    ],
    [
      'a limit of what runs at once has no window',
      { limits: [atOnce] },
      { kind: 'concurrency', key: 'limit:at-once:key=k', limit: 1 },
    ],
    [
      'a budget of days looks back',
      { budgets: [{ ...tokens, period: days }] },
      { kind: 'rolling', key: 'budget:b:key=k', limit: 90, windowMs: 604_800_000 },
    ],
    [
      'a budget of the calendar follows its time zone',
      { budgets: [{ ...tokens, period: week }] },
      { kind: 'calendar', key: 'budget:b:key=k', limit: 90, unit: 'week', timeZone: 'Europe/Berlin' },
    ],
    [
      'an overridden budget has the other amount',
      { budgets: [{ ...tokens, period: days, ...override }] },
      { kind: 'rolling', key: 'budget:b:key=k', limit: 500, windowMs: 604_800_000 },
    ],
    [
      'what is for all is one',
      { limits: [{ ...limit, window: week, per: [] }] },
      { kind: 'calendar', key: 'limit:l:', limit: 9, unit: 'week', timeZone: 'Europe/Berlin' },
    ],
  ])('of %s', async (_, init, counter) => {
    const { ask, list } = open({ init });
    ask(1);
    const [report, ...others] = await list();
    expect(others).toEqual([]);
    expect(report?.counter).toMatchObject(counter);
  });
});
