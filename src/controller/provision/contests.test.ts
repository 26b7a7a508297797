import { describe, expect, it } from 'vitest';
import { createContests } from './contests.ts';

function contesting() {
  const clock = { ms: 0 };
  const contests = createContests(
    () => clock.ms,
    () => 1,
  );
  /** Somebody changes it, and it is taken back as soon as that may be. Returns how long it stayed as they wanted it. */
  const round = (content = 'a'): number => {
    const before = clock.ms;
    while (contests.isLeftAlone('x', content)) clock.ms += 1_000;
    contests.takenBack('x', content);
    return clock.ms - before;
  };
  return { clock, contests, round };
}

describe('createContests()', () => {
  it('leaves alone, for longer each time, what somebody else keeps changing', () => {
    const { round } = contesting();
    expect(Array.from({ length: 6 }, () => round())).toEqual([0, 0, 2_000, 4_000, 8_000, 16_000]);
  });

  it('has a longest time', () => {
    const { round } = contesting();
    expect(Math.max(...Array.from({ length: 30 }, () => round()))).toBe(600_000);
  });

  it('begins anew with something else to write, and after a long time of quiet', () => {
    const { clock, round } = contesting();
    for (let times = 0; times < 5; times++) round();
    expect(round('b')).toBe(0);
    for (let times = 0; times < 5; times++) round('b');
    clock.ms += 2_000_000;
    expect([round('b'), round('b')]).toEqual([0, 0]);
  });

  it('says whether there is something to look at again, and forgets what is not wanted any more', () => {
    const { contests, round } = contesting();
    round();
    expect(contests.isAnyLeftAlone()).toBe(false);
    round();
    expect(contests.isAnyLeftAlone()).toBe(true);
    contests.keepOnly(new Set());
    expect(contests.isAnyLeftAlone()).toBe(false);
  });
});
