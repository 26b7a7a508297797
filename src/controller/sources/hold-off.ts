export interface HoldOff {
  /** Something happened: act once it has been quiet for a while, or when the maximum is reached. */
  trigger(): void;
  close(): void;
}

/**
 * Saving one file causes several events, and saving many files causes hundreds: they become one action. The maximum
 * keeps a folder that never rests from being ignored for ever.
 */
export function createHoldOff(quietMs: number, maxMs: number, act: () => void): HoldOff {
  let timer: NodeJS.Timeout | undefined;
  let deadline = 0;
  const fire = (): void => {
    timer = undefined;
    act();
  };
  return {
    trigger() {
      const now = performance.now();
      if (timer === undefined) deadline = now + maxMs;
      clearTimeout(timer);
      timer = setTimeout(fire, Math.max(0, Math.min(quietMs, deadline - now)));
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
