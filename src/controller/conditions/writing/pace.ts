/** At most so many writes in a second, after a few that may go at once. */
export interface Pace {
  /** 0: now, and it counts. Otherwise how long to wait before asking again. */
  waitMs(now: number): number;
}

export function createPace(perSecond: number, burst: number): Pace {
  let left = burst;
  let at: number | undefined;
  return {
    waitMs(now) {
      left = Math.min(burst, left + ((now - (at ?? now)) / 1000) * perSecond);
      at = now;
      if (left < 1) return Math.ceil(((1 - left) / perSecond) * 1000);
      left -= 1;
      return 0;
    },
  };
}
