import { describe, expect, it } from 'vitest';
import { type CounterRow, cellsOf } from './counter-row.ts';

const row: CounterRow = {
  kind: 'limit',
  name: 'per-minute',
  per: { key: 'checkout' },
  isOfOthers: false,
  counter: 'limit:per-minute:key=checkout',
  unit: 'tokens',
  limit: 1_000,
  used: 0,
  reserved: 0,
  remaining: 1_000,
  resetMs: 0,
  drift: 0,
};

describe('the cells of a counter', () => {
  it('add up to the limit', () => {
    const cells = cellsOf({ ...row, used: 300, reserved: 200, remaining: 700 });
    expect(cells.slice(2, 6)).toEqual(['100', '200', '700', '1000 tokens']);
  });

  it('say how far a limit has been exceeded that admits while anything is left', () => {
    const cells = cellsOf({ ...row, used: 2_490, reserved: 20, remaining: 0 });
    expect(cells.slice(2, 6)).toEqual(['2470', '20', '0', '1000 tokens']);
  });

  it('add up also where the limit has been refilled past what a running request holds', () => {
    expect(cellsOf({ ...row, reserved: 200 }).slice(2, 6)).toEqual(['0', '0', '1000', '1000 tokens']);
    const cells = cellsOf({ ...row, used: 50, reserved: 200, remaining: 950 });
    expect(cells.slice(2, 6)).toEqual(['0', '50', '950', '1000 tokens']);
  });
});
