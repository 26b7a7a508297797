import type { Watch } from './lane.ts';
import type { GuardRule } from './rule.ts';

/**
 * What the detectors of one request took, for each of its rules. Detectors run one after another without a wait between
 * them, so that one look at the clock ends one and begins the next.
 */
export class RuleTimes {
  readonly #now: () => number;
  readonly #taken = new Map<Watch, { ms: number }>();
  #at = 0;

  /** `now`: milliseconds of a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What follows is the work of a detector. */
  start(): void {
    this.#at = this.#now();
  }

  /** What has passed since the last call was the work of this one. */
  lap(watched: Watch): void {
    const at = this.#now();
    const taken = this.#taken.get(watched);
    if (taken === undefined) this.#taken.set(watched, { ms: at - this.#at });
    else taken.ms += at - this.#at;
    this.#at = at;
  }

  /** Milliseconds by rule. A detector that several rules share counts for each of them: it would have run for any. */
  byRule(): ReadonlyMap<GuardRule, number> {
    const times = new Map<GuardRule, number>();
    for (const [{ rules }, { ms }] of this.#taken) {
      for (const { rule } of rules) times.set(rule, (times.get(rule) ?? 0) + ms);
    }
    return times;
  }
}
