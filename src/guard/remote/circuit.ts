/** Stops asking a service that does not answer: waiting for it costs every request its whole time budget. */
export interface Circuit {
  /** Undefined: do not ask. Every pass is settled once. */
  enter(now: number): Pass | undefined;
}

export interface Pass {
  settle(outcome: 'answered' | 'failed' | 'cancelled', now: number): void;
}

const mostFailures = 5;
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

/** `random`: 0 to 1. Replicas that lost the same service at once do not come back to it at once. */
export function circuit(random: () => number): Circuit {
  let failures = 0;
  let pauses = 0;
  let opensAgainAt = 0;
  let isProbed = false;
  const isOpen = () => pauses > 0;
  return {
    enter(now) {
      if (isOpen()) {
        if (isProbed || now < opensAgainAt) return undefined;
        isProbed = true;
      }
      const isProbe = isOpen();
      return {
        settle(outcome, now) {
          if (isProbe) isProbed = false;
          if (outcome === 'cancelled') return;
          if (outcome === 'answered') {
            // An answer to what was asked before it opened says nothing about now.
            if (isOpen() && !isProbe) return;
            failures = 0;
            pauses = 0;
            return;
          }
          failures++;
          if (isProbe || (!isOpen() && failures >= mostFailures)) {
            const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** pauses);
            pauses = Math.min(pauses + 1, 10);
            opensAgainAt = now + pause * (0.75 + random() / 2);
          }
        },
      };
    },
  };
}
