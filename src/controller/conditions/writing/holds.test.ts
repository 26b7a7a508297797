import { describe, expect, it } from 'vitest';
import { createHolds } from './holds.ts';

const says = (text: string) => () => text;

describe('createHolds()', () => {
  it('leaves an object alone that others write, longer each time, until it can be written', () => {
    const holds = createHolds(() => 1);
    const waits = [1, 2, 3].map(() => {
      holds.conflicted('m', 0);
      return holds.waitMs('m', says('a'), 0);
    });
    expect(waits).toEqual([200, 400, 800]);
    // Others write it whatever we have to say.
    expect(holds.waitMs('m', says('b'), 0)).toBe(800);
    expect(holds.waitMs('m', says('a'), 800)).toBe(0);
    for (let n = 0; n < 20; n++) holds.conflicted('m', 0);
    expect(holds.waitMs('m', says('a'), 0)).toBe(30_000);
    holds.written('m', 'a', 0);
    holds.conflicted('m', 0);
    expect([holds.waitMs('m', says('a'), 0), holds.waitMs('m', says('b'), 0)]).toEqual([200, 200]);
  });

  it('gives way to who takes the same back again and again, and not where there is something else to say', () => {
    const holds = createHolds(() => 1);
    const waits = [1, 2, 3].map(() => {
      holds.written('m', 'a', 0);
      return holds.waitMs('m', says('a'), 0);
    });
    expect(waits).toEqual([0, 2_000, 4_000]);
    expect(holds.waitMs('m', says('b'), 0)).toBe(0);
    holds.written('m', 'b', 0);
    expect(holds.waitMs('m', says('b'), 0)).toBe(0);
  });

  it('holds what has no place until there is something else to say, and what is not taken for ten minutes', () => {
    const holds = createHolds(() => 1);
    holds.futile('m', 'a');
    holds.refused('n', 'a', 0);
    const year = 365 * 24 * 3_600_000;
    expect([holds.waitMs('m', says('a'), year), holds.waitMs('m', says('b'), 0)]).toEqual([
      Number.POSITIVE_INFINITY,
      0,
    ]);
    expect([holds.waitMs('n', says('a'), 599_999), holds.waitMs('n', says('a'), 600_000)]).toEqual([1, 0]);
    expect(holds.waitMs('n', says('b'), 0)).toBe(0);
  });

  it('forgets what is gone: another object of that name has done nothing', () => {
    const holds = createHolds(() => 1);
    for (const id of ['m', 'n']) holds.futile(id, 'a');
    holds.keepOnly(new Set(['n']));
    expect(holds.waitMs('m', says('a'), 0)).toBe(0);
    expect(holds.waitMs('n', says('a'), 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
