import { describe, expect, it } from 'vitest';
import { createRestartPause } from './restart-pause.ts';

describe('createRestartPause()', () => {
  it('doubles up to its longest, and starts anew behind a process that ran steadily', () => {
    const pause = createRestartPause();
    expect(Array.from({ length: 8 }, () => pause(50))).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(pause(10_000)).toBe(5000);
    expect([pause(10_001), pause(0)]).toEqual([100, 200]);
  });
});
