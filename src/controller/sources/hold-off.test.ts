import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHoldOff } from './hold-off.ts';

describe('createHoldOff', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('acts once, after it has been quiet', () => {
    const act = vi.fn();
    const holdOff = createHoldOff(50, 500, act);
    holdOff.trigger();
    vi.advanceTimersByTime(49);
    holdOff.trigger();
    vi.advanceTimersByTime(49);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('acts at the maximum if it is never quiet, again and again', () => {
    const times: number[] = [];
    const start = Date.now();
    const holdOff = createHoldOff(50, 500, () => times.push(Date.now() - start));
    for (let elapsed = 0; elapsed < 1200; elapsed += 10) {
      holdOff.trigger();
      vi.advanceTimersByTime(10);
    }
    expect(times).toEqual([500, 1000]);
  });

  it('acts in time though the clock is set back', () => {
    const act = vi.fn();
    const holdOff = createHoldOff(50, 500, act);
    holdOff.trigger();
    vi.setSystemTime(Date.now() + 3_600_000);
    holdOff.trigger();
    vi.advanceTimersByTime(49);
    expect(act).not.toHaveBeenCalled();
    vi.setSystemTime(Date.now() - 7_200_000);
    for (let elapsed = 49; elapsed < 600; elapsed += 10) {
      holdOff.trigger();
      vi.advanceTimersByTime(10);
    }
    expect(act).toHaveBeenCalledTimes(1);
    holdOff.close();
  });

  it('does not act after it was closed', () => {
    const act = vi.fn();
    const holdOff = createHoldOff(50, 500, act);
    holdOff.trigger();
    holdOff.close();
    vi.advanceTimersByTime(1000);
    expect(act).not.toHaveBeenCalled();
  });
});
