import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBeginning } from './beginning.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function beginning(signal?: AbortSignal) {
  const told: string[] = [];
  const start = createBeginning({
    snapshotAfterMs: 100,
    settleMs: 1_000,
    signal,
    onImpatient: () => told.push('impatient'),
    onSettled: () => told.push('settled'),
  });
  return { ...start, told };
}

describe('createBeginning()', () => {
  it('waits for all kinds, and after a while for those only without which nothing can be said', () => {
    const { isEnough, told } = beginning();
    expect(isEnough([])).toBe(true);
    expect(isEnough(['limits.sluice.dev'])).toBe(false);
    vi.advanceTimersByTime(999);
    expect(told).toEqual(['impatient']);
    expect(isEnough(['limits.sluice.dev'])).toBe(false);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['impatient', 'settled']);
    expect(isEnough(['limits.sluice.dev'])).toBe(true);
    expect(isEnough(['limits.sluice.dev', 'namespaces'])).toBe(false);
    expect(isEnough(['customresourcedefinitions'])).toBe(false);
  });

  it('is over as soon as there is something to serve, or never will be', async () => {
    const [served, broken] = [beginning(), beginning()];
    served.done();
    await expect(served.awaited()).resolves.toBeUndefined();
    broken.failed(new Error('a fault of ours'));
    await expect(broken.awaited()).rejects.toThrow('a fault of ours');
  });

  it('is given up when somebody says so, before or while it waits', async () => {
    await expect(beginning(AbortSignal.abort()).awaited()).rejects.toThrow('the start was given up');
    const giveUp = new AbortController();
    const { awaited } = beginning(giveUp.signal);
    giveUp.abort();
    await expect(awaited()).rejects.toThrow('the start was given up');
  });

  it('says nothing any more once it is closed', () => {
    const { close, told } = beginning();
    close();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });
});
