import { randomUUID } from 'node:crypto';
import {
  defaultRetentionMs,
  type ReserveItem,
  type ReserveRequest,
  type Store,
  type Unavailable,
  type Unheard,
  type UsageRequest,
} from '../store.ts';
import { createAlone } from './alone.ts';
import { type Circuit, type CircuitOptions, createCircuit } from './circuit.ts';
import { createPartialStore } from './partial-store.ts';
import { createRecentSettlements } from './recent-settlements.ts';
import { createSettleQueue } from './settle-queue.ts';
import { createUnreadableCounters } from './unreadable-counters.ts';

export interface FailoverOptions extends Pick<CircuitOptions, 'failuresToOpen' | 'probeEveryMs' | 'random'> {
  readonly shared: Store;
  /** How many processes share the limits; asked each time, since they come and go. */
  readonly replicas: () => number;
  readonly queueCapacity?: number;
  readonly retentionMs?: number;
  readonly now?: () => number;
  /** For the metric and the log: the shared store is away, with what it said last, or back. */
  readonly onAvailability?: (isAvailable: boolean, reason: string) => void;
  /** For the log: while it is away it has said something that it had not said before. */
  readonly onReason?: (reason: string) => void;
  /** For the metric: settlements that the store will never hear of. */
  readonly onLoss?: (count: number) => void;
  /** For the metric and the log: in the place of this counter the shared store has something else. */
  readonly onUnreadable?: (counter: string, isNew: boolean) => void;
  /** It counts again. */
  readonly onReadable?: (counter: string) => void;
}

export interface FailoverStore extends Store {
  readonly isSharedAvailable: boolean;
  readonly queuedSettlements: number;
}

/** A reservation of nothing need not live longer. */
const probeMs = 1_000;

/** Final, so that the script writes first of all what a store that is full refuses: it may always take away. */
const probeItem: ReserveItem = {
  counter: { kind: 'fixed', key: 'probe', limit: 1, windowMs: 60_000 },
  amount: 0,
  isFinal: true,
  isAdvisory: true,
};

/**
 * A shared store, and what happens while it is away, or cannot read a counter: each item is refused, admitted uncounted,
 * or counted against an equal share of its limit, as it says itself. What is settled while the store is away reaches it
 * when it is back.
 */
export function createFailoverStore(options: FailoverOptions): FailoverStore {
  const now = options.now ?? Date.now;
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const alone = createAlone({ now, retentionMs, replicas: options.replicas });
  const shared = createPartialStore({
    shared: options.shared,
    alone,
    unreadable: createUnreadableCounters({
      now,
      onFound: (counter, isNew) => options.onUnreadable?.(counter, isNew),
      onCounted: (counter) => options.onReadable?.(counter),
    }),
  });
  const queue = createSettleQueue({
    store: shared,
    retentionMs,
    now,
    onLoss: options.onLoss ?? (() => undefined),
    ...(options.queueCapacity === undefined ? {} : { capacity: options.queueCapacity }),
  });
  const recent = createRecentSettlements({ now, retentionMs });
  let reason = '';
  /** What it has said since it is away. */
  const reasons = new Set<string>();
  const hear = (message: string): void => {
    reason = message;
    if (!circuit.isOpen || reasons.has(message)) return;
    reasons.add(message);
    options.onReason?.(message);
  };
  const circuit: Circuit = createCircuit({
    ...options,
    // It does what requests do: a store that is full, or a replica, answers whoever only reads.
    probe: (done) =>
      options.shared.reserve({ id: `probe:${randomUUID()}`, ttlMs: probeMs, items: [probeItem] }, (outcome) => {
        const isBack = outcome.kind !== 'unavailable' || isAboutTheQuestion(outcome);
        if (!isBack) hear(outcome.message);
        done(isBack);
      }),
    onChange(isAvailable) {
      reasons.clear();
      reasons.add(reason);
      options.onAvailability?.(isAvailable, reason);
    },
    onAnswer() {
      // Who answers may be another master than before.
      queue.addAnswered(recent.take());
      queue.replay(() => circuit.fail());
    },
  });

  /** Whether an answer came; what the store could not be asked is not its failure when the question was wrong. */
  const isAnswer = <T extends { readonly kind: string }>(outcome: T | Unavailable): outcome is T => {
    if (outcome.kind !== 'unavailable' || isAboutTheQuestion(outcome as Unavailable)) {
      circuit.succeed();
      return true;
    }
    hear((outcome as Unavailable).message);
    circuit.fail();
    return false;
  };

  return {
    get isSharedAvailable() {
      return !circuit.isOpen;
    },
    get queuedSettlements() {
      return queue.length;
    },
    reserve(request, done) {
      if (circuit.isOpen) return done(alone.reserve(request));
      shared.reserve(request, (outcome) => {
        if (isAnswer(outcome)) return done(outcome);
        const decided = alone.reserve(request);
        // Nobody will settle what was refused; without this it would be held until its time is up.
        if (decided.kind !== 'admitted' && mayHaveHappened(outcome)) queue.add(releaseOf(request), true);
        done({ ...decided, ...unheard(outcome) });
      });
    },
    charge(request, done) {
      if (circuit.isOpen) return done(alone.charge(request));
      shared.charge(request, (outcome) =>
        done(isAnswer(outcome) ? outcome : { ...alone.charge(request), ...unheard(outcome) }),
      );
    },
    settle(request, done) {
      alone.settle(request);
      if (circuit.isOpen) return done(queue.add(request, false) ? { kind: 'queued' } : lost);
      shared.settle(request, (outcome) => {
        if (isAnswer(outcome)) {
          recent.add(request);
          return done(outcome);
        }
        const isQueued = queue.add(request, mayHaveHappened(outcome));
        done({ ...(isQueued ? { kind: 'queued' } : lost), ...unheard(outcome) });
      });
    },
    renew(requests, done) {
      alone.renew(requests);
      if (circuit.isOpen) return done(away);
      shared.renew(requests, (outcome) => {
        isAnswer(outcome);
        done(outcome);
      });
    },
    peek(counters, done) {
      if (circuit.isOpen) return alone.peek(counters, done);
      shared.peek(counters, (outcome) => (isAnswer(outcome) ? done(outcome) : alone.peek(counters, done)));
    },
    list: (prefix) => shared.list(prefix),
    listUnreadable: (prefix) => shared.listUnreadable(prefix),
    async reset(what) {
      await alone.reset(what);
      return shared.reset(what);
    },
    async close() {
      circuit.stop();
      if (queue.length > 0) options.onLoss?.(queue.length);
      await shared.close();
    },
  };
}

function isAboutTheQuestion({ cause }: Unavailable): boolean {
  return cause === 'invalid' || cause === 'unreadable';
}

function releaseOf(request: ReserveRequest): UsageRequest {
  const held = request.items.filter((item) => item.isFinal !== true);
  return { id: request.id, items: held.map((item) => ({ counter: item.counter, amount: 0 })) };
}

function mayHaveHappened(outcome: { readonly kind: string }): boolean {
  return outcome.kind === 'unavailable' && (outcome as Unavailable).mayHaveHappened;
}

function unheard(outcome: { readonly kind: string }): Unheard {
  return mayHaveHappened(outcome) ? { isUnheard: true } : {};
}

const away: Unavailable = {
  kind: 'unavailable',
  cause: 'offline',
  message: 'the shared store is away',
  mayHaveHappened: false,
};

const lost: Unavailable = {
  kind: 'unavailable',
  cause: 'busy',
  message: 'too many settlements are waiting for the shared store',
  mayHaveHappened: false,
};
