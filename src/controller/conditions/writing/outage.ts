import type { KubeError } from '../../../kube/error.ts';
import { type BackOff, backOffMs } from '../../../lib/back-off.ts';

/** An API server in trouble, which is asked now and then, and not once for each object. */
export interface Outage {
  /** It has failed to answer. Whether that is new. */
  failed(error: KubeError, now: number): boolean;
  /** It has answered. */
  over(): void;
  /** 0: it may be asked. */
  waitMs(now: number): number;
}

const backOff: BackOff = { firstMs: 500, maxMs: 30_000 };

export function createOutage(random: () => number): Outage {
  let failures = 0;
  let pausedUntil = 0;
  return {
    failed({ retryAfterMs }, now) {
      failures += 1;
      pausedUntil = Math.max(pausedUntil, now + (retryAfterMs ?? backOffMs(backOff, failures, random())));
      return failures === 1;
    },
    over() {
      failures = 0;
    },
    waitMs: (now) => Math.max(0, pausedUntil - now),
  };
}
