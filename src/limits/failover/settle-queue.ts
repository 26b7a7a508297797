import type { Store, UsageItem, UsageRequest } from '../store.ts';
import type { SettledRequest } from './recent-settlements.ts';

export interface SettleQueueOptions {
  readonly store: Store;
  /** How many settlements may wait. Default 10,000. */
  readonly capacity?: number;
  readonly retentionMs: number;
  readonly now: () => number;
  /** A settlement will never be told: usage is missing in the store from now on. */
  readonly onLoss: (count: number) => void;
}

/** Settlements that the store could not be told. Told again once it is back; counted once, by their id. */
export interface SettleQueue {
  /** `mayBeKnown`: the store may have done it and only its answer was lost. */
  add(request: UsageRequest, mayBeKnown: boolean): boolean;
  /** These it has answered already, and may have forgotten. They take the place of no others, and are told last. */
  addAnswered(settled: readonly SettledRequest[]): void;
  /** Tells what waits, a few at a time. Stops when the store fails again. */
  replay(onFailure: () => void): void;
  readonly length: number;
}

interface Waiting {
  readonly request: UsageRequest;
  readonly mayBeKnown: boolean;
  readonly isAnswered?: true;
  readonly since: number;
}

/** Many replicas come back at the same time; none of them may flood the store. */
const atATime = 16;

export function createSettleQueue(options: SettleQueueOptions): SettleQueue {
  const capacity = options.capacity ?? 10_000;
  const waiting: Waiting[] = [];
  /** Apart, so that they take nobody's place. */
  const answered: Waiting[] = [];
  let inFlight = 0;
  let isReplaying = false;

  const tellNext = (onFailure: () => void): void => {
    while (isReplaying && inFlight < atATime) {
      const next = waiting.shift() ?? answered.shift();
      if (next === undefined) {
        if (inFlight === 0) isReplaying = false;
        return;
      }
      // The store forgets what it has settled; after that, telling it again would charge it twice.
      if (next.mayBeKnown && options.now() - next.since >= options.retentionMs) {
        if (next.isAnswered !== true) options.onLoss(1);
        continue;
      }
      inFlight += 1;
      options.store.settle(next.request, (outcome) => {
        inFlight -= 1;
        if (outcome.kind !== 'unavailable') return tellNext(onFailure);
        if (outcome.cause === 'invalid') {
          options.onLoss(1);
          return tellNext(onFailure);
        }
        const again = { ...next, mayBeKnown: next.mayBeKnown || outcome.mayHaveHappened };
        (next.isAnswered ? answered : waiting).push(again);
        if (isReplaying) onFailure();
        isReplaying = false;
      });
    }
  };

  return {
    get length() {
      return waiting.length + answered.length + inFlight;
    },
    add(request, mayBeKnown) {
      if (waiting.length >= capacity) {
        options.onLoss(1);
        return false;
      }
      waiting.push({ request: unwatched(request), mayBeKnown, since: options.now() });
      return true;
    },
    addAnswered(settled) {
      for (const { request, since } of settled) {
        answered.push({ request: unwatched(request), mayBeKnown: true, isAnswered: true, since });
      }
      answered.splice(0, answered.length - capacity);
    },
    replay(onFailure) {
      if (isReplaying) return;
      isReplaying = true;
      tellNext(onFailure);
    },
  };
}

/** Nobody waits for the answer any more: what it would tell is left to who asks next. */
function unwatched({ id, items }: UsageRequest): UsageRequest {
  return { id, items: items.map(({ isWatched: _, ...item }): UsageItem => item) };
}
