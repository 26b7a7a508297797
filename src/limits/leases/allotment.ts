import type { Counter } from '../counter.ts';

export interface AllotmentOptions {
  /** At a time. */
  readonly leaseTokens: number;
  /** How many processes lease. */
  readonly replicas: number;
}

/** How much of a counter a process may lease; undefined: nothing. */
export function allotmentOf({ leaseTokens, replicas }: AllotmentOptions): (counter: Counter) => number | undefined {
  // A part of a small limit must not be missing elsewhere.
  const least = leaseTokens * replicas * 10;
  return ({ kind, key, limit }) => {
    if (kind === 'concurrency' || limit < least) return undefined;
    // Whoever holds a lease does not know what others have spent, so nobody could tell a threshold exactly once.
    return key.startsWith('budget:') ? undefined : leaseTokens;
  };
}
