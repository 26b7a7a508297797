import { describe, expect, it } from 'vitest';
import { boundariesAround, type CalendarUnit, isTimeZone, periodAt } from './calendar.ts';

const iso = (moment: number) => new Date(moment).toISOString().replace(':00.000Z', 'Z');

describe('periodAt()', () => {
  it.each<[string, CalendarUnit, string, string, string]>([
    ['2026-11-21T07:08:09Z', 'minute', 'UTC', '2026-11-21T07:08Z', '2026-11-21T07:09Z'],
    ['2026-11-21T07:08:09Z', 'hour', 'Asia/Kolkata', '2026-11-21T06:30Z', '2026-11-21T07:30Z'],
    ['2026-11-21T07:08:09Z', 'day', 'America/New_York', '2026-11-21T05:00Z', '2026-11-22T05:00Z'],
    ['2026-11-21T04:08:09Z', 'day', 'America/New_York', '2026-11-20T05:00Z', '2026-11-21T05:00Z'],
    ['2026-03-29T12:00:00Z', 'day', 'Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['2026-10-25T12:00:00Z', 'day', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['2026-11-22T12:00:00Z', 'week', 'UTC', '2026-11-16T00:00Z', '2026-11-23T00:00Z'],
    ['2026-11-23T00:00:00Z', 'week', 'UTC', '2026-11-23T00:00Z', '2026-11-30T00:00Z'],
    ['2026-03-29T12:00:00Z', 'week', 'Europe/Berlin', '2026-03-22T23:00Z', '2026-03-29T22:00Z'],
    ['2026-02-28T23:30:00Z', 'month', 'Europe/Berlin', '2026-02-28T23:00Z', '2026-03-31T22:00Z'],
    ['2028-02-29T12:00:00Z', 'month', 'UTC', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    ['2026-12-31T23:59:59Z', 'quarter', 'UTC', '2026-10-01T00:00Z', '2027-01-01T00:00Z'],
    ['2026-12-31T23:59:59Z', 'year', 'Pacific/Auckland', '2026-12-31T11:00Z', '2027-12-31T11:00Z'],
    // Midnight is skipped: the day begins at one o'clock.
    ['2026-04-24T12:00:00Z', 'day', 'Africa/Cairo', '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
    // Midnight comes twice: the day begins with the first and has 25 hours.
    ['2026-11-01T12:00:00Z', 'day', 'America/Havana', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    // The last hour of a day is skipped: the next one begins when the clocks jump.
    ['2026-03-29T12:00:00Z', 'day', 'America/Nuuk', '2026-03-29T01:00Z', '2026-03-30T01:00Z'],
    ['2026-03-28T12:00:00Z', 'day', 'America/Nuuk', '2026-03-28T02:00Z', '2026-03-29T01:00Z'],
    // A day that was skipped altogether.
    ['2011-12-31T00:00:00Z', 'day', 'Pacific/Apia', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
  ])('of %s, %s in %s is %s to %s', (moment, unit, timeZone, start, end) => {
    const period = periodAt(Date.parse(moment), unit, timeZone);
    expect([iso(period.start), iso(period.end)]).toEqual([start, end]);
  });

  it('covers two years of days without a gap or an overlap', () => {
    for (const timeZone of ['Europe/Berlin', 'Africa/Cairo', 'America/Havana', 'Australia/Lord_Howe']) {
      let moment = Date.UTC(2025, 0, 1, 12);
      let previous = periodAt(moment, 'day', timeZone);
      for (let day = 0; day < 730; day++) {
        moment = previous.end;
        const next = periodAt(moment, 'day', timeZone);
        expect(next.start).toBe(previous.end);
        expect((next.end - next.start) / 1_800_000).toSatisfy((halves: number) => halves >= 46 && halves <= 50);
        expect(periodAt(next.end - 1, 'day', timeZone)).toEqual(next);
        previous = next;
      }
    }
  });
});

describe('boundariesAround()', () => {
  it('tells the neighbours, and the same again within the period', () => {
    const first = boundariesAround(Date.UTC(2026, 0, 15), 'month', 'UTC');
    expect(first.map(iso)).toEqual([
      '2025-12-01T00:00Z',
      '2026-01-01T00:00Z',
      '2026-02-01T00:00Z',
      '2026-03-01T00:00Z',
    ]);
    expect(boundariesAround(Date.UTC(2026, 0, 31), 'month', 'UTC')).toBe(first);
    expect(boundariesAround(Date.UTC(2025, 11, 31), 'month', 'UTC')[2]).toBe(first[1]);
  });

  it('begin anew with the first moment of the next period, and not before', () => {
    const [, , end] = boundariesAround(Date.UTC(2026, 4, 15), 'day', 'UTC');
    expect(boundariesAround(end - 1, 'day', 'UTC')[2]).toBe(end);
    expect(boundariesAround(end, 'day', 'UTC')[1]).toBe(end);
    expect(boundariesAround(end - 1, 'day', 'UTC')[2]).toBe(end);
  });
});

describe('isTimeZone()', () => {
  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Mars/Olympus', false],
    ['', false],
  ])('%s: %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
