import { randomUUID } from 'node:crypto';
import type { Counter } from '../counter.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import {
  type ChargeOutcome,
  defaultRetentionMs,
  type ReserveOutcome,
  type ReserveRequest,
  type Store,
  type Unavailable,
  type UsageRequest,
} from '../store.ts';
import { type Circuit, type CircuitOptions, createCircuit } from './circuit.ts';
import { mergeFigures, modeOf, shareOf, uncounted, uncountedGrant } from './local-share.ts';
import { createSettleQueue } from './settle-queue.ts';

export interface FailoverOptions extends Pick<CircuitOptions, 'failuresToOpen' | 'probeEveryMs' | 'random'> {
  readonly shared: Store;
  /** How many processes share the limits; asked each time, since they come and go. */
  readonly replicas: () => number;
  readonly queueCapacity?: number;
  readonly retentionMs?: number;
  readonly now?: () => number;
  /** For the metric and the log: the shared store is away, with what it said last, or back. */
  readonly onAvailability?: (isAvailable: boolean, reason: string) => void;
  /** For the metric: settlements that the store will never hear of. */
  readonly onLoss?: (count: number) => void;
}

export interface FailoverStore extends Store {
  readonly isSharedAvailable: boolean;
  readonly queuedSettlements: number;
}

/** A reservation of nothing need not live longer. */
const probeMs = 1_000;

/** More reservations than this were never made by one process within the life of a reservation. */
const rememberedReservations = 100_000;

/**
 * A shared store, and what happens while it is away: each item is refused, admitted uncounted, or counted against an
 * equal share of its limit, as it says itself. What is settled meanwhile reaches the shared store when it is back.
 */
export function createFailoverStore(options: FailoverOptions): FailoverStore {
  const { shared } = options;
  const now = options.now ?? Date.now;
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const local = createMemoryStore({ now, retentionMs });
  /** Which counters of a reservation are kept here. */
  const localCounters = new Map<string, readonly Counter[]>();
  const queue = createSettleQueue({
    store: shared,
    retentionMs,
    now,
    onLoss: options.onLoss ?? (() => undefined),
    ...(options.queueCapacity === undefined ? {} : { capacity: options.queueCapacity }),
  });
  let reason = '';
  const circuit: Circuit = createCircuit({
    ...options,
    // It writes, as requests do: a store that is full, or a replica, answers whoever only reads.
    probe: (done) =>
      shared.reserve({ id: `probe:${randomUUID()}`, ttlMs: probeMs, items: [] }, ({ kind }) =>
        done(kind === 'admitted'),
      ),
    onChange: (isAvailable) => options.onAvailability?.(isAvailable, reason),
    onAnswer: () => replay(),
  });
  const replay = (): void => queue.replay(() => circuit.fail());

  /** Whether an answer came; what the store could not be asked is not its failure when the question was wrong. */
  const isAnswer = <T extends { readonly kind: string }>(outcome: T | Unavailable): outcome is T => {
    if (outcome.kind !== 'unavailable' || (outcome as Unavailable).cause === 'invalid') {
      circuit.succeed();
      return true;
    }
    reason = (outcome as Unavailable).message;
    circuit.fail();
    return false;
  };

  const keepLocal = (id: string, counters: readonly Counter[]): void => {
    if (localCounters.size >= rememberedReservations) {
      const oldest = localCounters.keys().next().value;
      if (oldest !== undefined) localCounters.delete(oldest);
    }
    localCounters.set(id, counters);
  };

  const reserveAlone = (request: ReserveRequest): ReserveOutcome => {
    const modes = request.items.map(modeOf);
    const closed = modes.indexOf('closed');
    if (closed !== -1) {
      return { kind: 'refused', index: closed, reason: 'store-failure', retryAfterMs: undefined, figures: [], modes };
    }
    const replicas = options.replicas();
    const items = request.items.flatMap((item, index) =>
      modes[index] === 'local' ? [{ ...item, counter: shareOf(item.counter, replicas) }] : [],
    );
    let answer: ReserveOutcome | undefined;
    local.reserve({ ...request, items }, (outcome) => {
      answer = outcome;
    });
    if (answer?.kind === 'admitted') {
      const held = items.filter((item) => item.isFinal !== true).map((item) => item.counter);
      if (held.length > 0) keepLocal(request.id, held);
      const grants = mergeFigures(request.items, modes, answer.grants, (index) => {
        const item = request.items[index];
        return item === undefined ? { granted: 0, ...nothing } : uncountedGrant(item);
      });
      return { kind: 'admitted', grants, modes };
    }
    if (answer?.kind === 'refused') {
      const { index: localIndex } = answer;
      const index = modes.map((mode, at) => (mode === 'local' ? at : -1)).filter((at) => at !== -1)[localIndex] ?? 0;
      const item = request.items[index];
      const least = Math.min(item?.amount ?? 0, item?.atLeast ?? item?.amount ?? 0);
      const figures = mergeFigures(request.items, modes, answer.figures, (at) => {
        const other = request.items[at];
        return other === undefined ? nothing : uncounted(other.counter);
      });
      const reason = least > (item?.counter.limit ?? 0) ? 'too-large' : 'exhausted';
      return { kind: 'refused', index, reason, retryAfterMs: answer.retryAfterMs, figures, modes };
    }
    return answer ?? { kind: 'unavailable', cause: 'error', message: 'no local answer', mayHaveHappened: false };
  };

  const chargeAlone = (request: UsageRequest): ChargeOutcome => {
    const replicas = options.replicas();
    const modes = request.items.map(modeOf);
    const items = request.items.flatMap((item, index) =>
      modes[index] === 'local' ? [{ ...item, counter: shareOf(item.counter, replicas) }] : [],
    );
    if (items.length > 0)
      keepLocal(
        request.id,
        items.map((item) => item.counter),
      );
    let answer: ChargeOutcome | undefined;
    local.charge({ ...request, items }, (outcome) => {
      answer = outcome;
    });
    if (answer?.kind !== 'charged') return answer ?? { kind: 'ended' };
    const merged = mergeFigures(request.items, modes, answer.items, (index) => {
      const item = request.items[index];
      return { hasRoom: modes[index] === 'open', ...(item === undefined ? nothing : uncounted(item.counter)) };
    });
    return { kind: 'charged', items: merged };
  };

  const settleLocal = (request: UsageRequest): void => {
    const counters = localCounters.get(request.id);
    if (counters === undefined) return;
    localCounters.delete(request.id);
    const items = counters.map((counter) => ({
      counter,
      amount: request.items.find((item) => item.counter.key === counter.key)?.amount ?? 0,
    }));
    local.settle({ id: request.id, items }, () => undefined);
  };

  return {
    get isSharedAvailable() {
      return !circuit.isOpen;
    },
    get queuedSettlements() {
      return queue.length;
    },
    reserve(request, done) {
      if (circuit.isOpen) return done(reserveAlone(request));
      shared.reserve(request, (outcome) => {
        if (isAnswer(outcome)) return done(outcome);
        const alone = reserveAlone(request);
        const mayBeReserved = outcome.kind === 'unavailable' && outcome.mayHaveHappened;
        // Nobody will settle what was refused; without this it would be held until its time is up.
        if (alone.kind !== 'admitted' && mayBeReserved) queue.add(releaseOf(request), true);
        done(alone);
      });
    },
    charge(request, done) {
      if (circuit.isOpen) return done(chargeAlone(request));
      shared.charge(request, (outcome) => done(isAnswer(outcome) ? outcome : chargeAlone(request)));
    },
    settle(request, done) {
      settleLocal(request);
      if (circuit.isOpen) return done(queue.add(request, false) ? { kind: 'queued' } : lost);
      shared.settle(request, (outcome) => {
        if (isAnswer(outcome)) return done(outcome);
        const mayBeKnown = outcome.kind === 'unavailable' && outcome.mayHaveHappened;
        done(queue.add(request, mayBeKnown) ? { kind: 'queued' } : lost);
      });
    },
    renew(requests, done) {
      const here = requests.flatMap((request) => {
        const counters = localCounters.get(request.id);
        return counters === undefined ? [] : [{ ...request, counters }];
      });
      if (here.length > 0) local.renew(here, () => undefined);
      if (circuit.isOpen) return done(away);
      shared.renew(requests, (outcome) => {
        isAnswer(outcome);
        done(outcome);
      });
    },
    peek(counters, done) {
      const alone = (): void =>
        local.peek(
          counters.map((counter) => shareOf(counter, options.replicas())),
          done,
        );
      if (circuit.isOpen) return alone();
      shared.peek(counters, (outcome) => (isAnswer(outcome) ? done(outcome) : alone()));
    },
    list: (prefix) => shared.list(prefix),
    async reset(what) {
      await local.reset(what);
      return shared.reset(what);
    },
    async close() {
      circuit.stop();
      if (queue.length > 0) options.onLoss?.(queue.length);
      await shared.close();
    },
  };
}

function releaseOf(request: ReserveRequest): UsageRequest {
  const held = request.items.filter((item) => item.isFinal !== true);
  return { id: request.id, items: held.map((item) => ({ counter: item.counter, amount: 0 })) };
}

const nothing = { remaining: 0, used: 0, reserved: 0, resetMs: 0 };

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
