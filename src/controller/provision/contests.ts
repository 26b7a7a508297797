import { type BackOff, backOffMs } from '../../lib/back-off.ts';

/**
 * Objects of ours that somebody else writes, too, such as an autoscaler that our parameters know nothing of. What a person
 * has edited is taken back at once; where it goes on like that, later each time.
 */
export interface Contests {
  /** Whether it is left alone for now. */
  isLeftAlone(key: string, content: string): boolean;
  /** It has been brought back to this content, which it had before. How long it is left alone now. */
  takenBack(key: string, content: string): number;
  /** Something is left alone, and to be looked at again. */
  isAnyLeftAlone(): boolean;
  keepOnly(keys: { has(key: string): boolean }): void;
  forget(): void;
}

interface Contest {
  readonly content: string;
  readonly times: number;
  readonly until: number;
}

const pause: BackOff = { firstMs: 2_000, maxMs: 600_000 };

/** `now`: milliseconds of a clock that only goes on. */
export function createContests(now: () => number, random: () => number): Contests {
  const contests = new Map<string, Contest>();
  return {
    isLeftAlone(key, content) {
      const contest = contests.get(key);
      return contest?.content === content && now() < contest.until;
    },
    takenBack(key, content) {
      const last = contests.get(key);
      // Whoever has been quiet for so long does it by hand.
      const isAgain = last?.content === content && now() < last.until + pause.maxMs;
      const times = isAgain ? last.times + 1 : 0;
      const ms = times === 0 ? 0 : backOffMs(pause, times, random());
      contests.set(key, { content, times, until: now() + ms });
      return ms;
    },
    isAnyLeftAlone: () => [...contests.values()].some(({ until }) => now() < until),
    keepOnly(keys) {
      for (const key of contests.keys()) if (!keys.has(key)) contests.delete(key);
    },
    forget: () => contests.clear(),
  };
}
