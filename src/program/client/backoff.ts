export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/** Times to wait between attempts: doubling, and spread so that a fleet does not come back in one moment. */
export function createBackoff({ firstMs, longestMs, random }: BackoffOptions): {
  next(): number;
  reset(): void;
} {
  let failures = 0;
  return {
    next() {
      const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(failures++, 30));
      return ceiling / 2 + (ceiling / 2) * random();
    },
    reset() {
      failures = 0;
    },
  };
}
