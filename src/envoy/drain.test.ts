import { describe, expect, it } from 'vitest';
import { err, ok, type Result } from '../lib/result.ts';
import { type DrainOptions, drainEnvoy } from './drain.ts';

/** `activeAt` says how many requests run at a moment; undefined: nobody answers. */
async function drained(activeAt: (ms: number) => number | undefined, limits: { minMs: number; maxMs: number }) {
  let time = 0;
  const told: number[] = [];
  const admin: DrainOptions['admin'] = {
    async activeRequests(): Promise<Result<number>> {
      const active = activeAt(time);
      return active === undefined ? err('away') : ok(active);
    },
    async failHealthChecks() {
      if (activeAt(time) === undefined) return err('away');
      told.push(time);
      return ok(undefined);
    },
  };
  const outcome = await drainEnvoy({
    admin,
    ...limits,
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
  });
  return { outcome, at: time, told };
}

describe('drainEnvoy()', () => {
  it('stays for the least time even when nothing runs, since new connections may still come', async () => {
    expect(await drained(() => 0, { minMs: 10_000, maxMs: 300_000 })).toEqual({
      outcome: 'empty',
      at: 10_000,
      told: [0],
    });
  });

  it('waits for the last request', async () => {
    const { outcome, at } = await drained((ms) => (ms < 42_000 ? 1 : 0), { minMs: 10_000, maxMs: 300_000 });
    expect([outcome, at]).toEqual(['empty', 42_250]);
  });

  it('is not deceived by a moment between two requests', async () => {
    const { at } = await drained((ms) => (ms === 2_000 || ms > 6_000 ? 0 : 1), { minMs: 1_000, maxMs: 9_000 });
    expect(at).toBe(6_500);
  });

  it('gives up on requests that never end', async () => {
    expect(await drained(() => 3, { minMs: 1_000, maxMs: 5_000 })).toMatchObject({ outcome: 'late', at: 5_000 });
  });

  it('does not wait for an Envoy that has ended, but for one that is slow to answer', async () => {
    expect(await drained(() => undefined, { minMs: 1_000, maxMs: 60_000 })).toEqual({
      outcome: 'gone',
      at: 1_000,
      told: [],
    });
    const slow = await drained((ms) => (ms < 500 ? undefined : 0), { minMs: 1_000, maxMs: 60_000 });
    expect(slow).toEqual({ outcome: 'empty', at: 1_000, told: [500] });
  });
});
