import { leastAmount } from '../least-amount.ts';
import { checkReserve, checkUsage } from '../reservation-check.ts';
import {
  type ChargedItem,
  defaultRetentionMs,
  type Figures,
  type Grant,
  type ReserveItem,
  type ReserveOutcome,
  type ReserveRequest,
  type Store,
  type UsageItem,
  type UsageRequest,
} from '../store.ts';
import { type CounterState, count, figuresOf, hold, release, remainingOf, retryIn } from './counter-state.ts';
import { createCounters } from './counters.ts';
import { createLedger } from './ledger.ts';
import { reportOf } from './report.ts';
import { parseSnapshot, type SnapshotData, snapshotOf } from './snapshot.ts';
import { tellSpent } from './told.ts';

export interface MemoryStoreOptions {
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly retentionMs?: number;
}

/** Counters of one process. Answers before the call returns. */
export interface MemoryStore extends Store {
  snapshot(): SnapshotData;
  /** Takes over a snapshot; says why not when it is none. */
  restore(data: unknown): string | undefined;
  readonly size: number;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const clock = options.now ?? Date.now;
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const counters = createCounters(retentionMs);
  const ledger = createLedger();

  const reserve = (request: ReserveRequest): ReserveOutcome => {
    const problem = checkReserve(request);
    if (problem !== undefined) return problem;
    const now = clock();
    ledger.forgetOld(now);
    const known = ledger.find(request.id);
    if (known !== undefined) return { kind: 'admitted', grants: known.grants };
    const loaded = request.items.map((item) => counters.of(item.counter, now));
    const granted = request.items.map((item, index) => grantOf(item, loaded[index]));
    const index = granted.indexOf(undefined);
    const item = request.items[index];
    const state = loaded[index];
    if (item !== undefined && state !== undefined) {
      const least = leastAmount(item);
      const isTooLarge = Math.max(least, 1) > item.counter.limit;
      return {
        kind: 'refused',
        index,
        reason: isTooLarge ? 'too-large' : 'exhausted',
        retryAfterMs: isTooLarge ? undefined : retryIn(state, Math.max(least, 1), now),
        figures: loaded.map((each, at) => answerOf(each, now, request.items[at])),
      };
    }
    const endsAt = now + request.ttlMs;
    const grants = loaded.map((each, at): Grant => {
      const amount = granted[at] ?? 0;
      if (request.items[at]?.isFinal === true) count(each, amount);
      else {
        hold(each, amount);
        each.held.set(request.id, { endsAt, amount, spent: 0, hasEnded: false });
        each.nextEnd = Math.min(each.nextEnd, endsAt);
      }
      return { granted: amount, ...answerOf(each, now, request.items[at]) };
    });
    ledger.remember(request.id, grants, false, endsAt + retentionMs);
    return { kind: 'admitted', grants };
  };

  const charge = (request: UsageRequest, now: number): readonly ChargedItem[] =>
    request.items.map((item) => {
      const { counter, amount } = item;
      const state = counters.of(counter, now);
      if (counter.kind === 'concurrency') return { hasRoom: true, ...figuresOf(state, now) };
      const held = state.held.get(request.id);
      const extra = Math.max(0, amount - (held?.amount ?? 0));
      const hasRoom = extra <= remainingOf(state);
      if (held === undefined) {
        count(state, amount);
        state.held.set(request.id, { endsAt: now + retentionMs, amount, spent: amount, hasEnded: true });
        state.nextEnd = Math.min(state.nextEnd, now + retentionMs);
      } else {
        if (held.hasEnded) count(state, extra);
        else hold(state, extra);
        held.amount += extra;
        held.spent = Math.max(held.spent, amount);
      }
      return { hasRoom, ...answerOf(state, now, item) };
    });

  const settle = (request: UsageRequest, now: number): { isLate: boolean; figures: readonly Figures[] } => {
    let isLate = false;
    const figures = request.items.map((item) => {
      const { counter, amount } = item;
      const state = counters.of(counter, now);
      const used = counter.kind === 'concurrency' ? 0 : amount;
      const held = state.held.get(request.id);
      if (held !== undefined && !held.hasEnded) release(state, held, used);
      else {
        isLate = true;
        count(state, used - (held?.amount ?? 0));
      }
      state.held.delete(request.id);
      return answerOf(state, now, item);
    });
    return { isLate, figures };
  };

  return {
    get size() {
      return counters.size;
    },
    reserve: (request, done) => done(reserve(request)),
    charge(request, done) {
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      if (ledger.find(request.id)?.isSettled) return done({ kind: 'ended' });
      done({ kind: 'charged', items: charge(request, clock()) });
    },
    settle(request, done) {
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      const now = clock();
      ledger.forgetOld(now);
      const known = ledger.find(request.id);
      if (known?.isSettled) return done({ kind: 'already-settled' });
      const outcome = settle(request, now);
      ledger.remember(request.id, known?.grants ?? [], true, now + retentionMs);
      done({ kind: 'settled', ...outcome });
    },
    renew(requests, done) {
      const now = clock();
      const ended: string[] = [];
      for (const { id, ttlMs, counters: reserved } of requests) {
        const known = ledger.find(id);
        let lives = known !== undefined && !known.isSettled;
        for (const counter of reserved) {
          const held = counters.of(counter, now).held.get(id);
          if (held === undefined || held.hasEnded) lives = false;
          else held.endsAt = now + ttlMs;
        }
        if (!lives) ended.push(id);
        else if (known !== undefined) ledger.remember(id, known.grants, false, now + ttlMs + retentionMs);
      }
      done({ kind: 'renewed', ended });
    },
    peek(asked, done) {
      const now = clock();
      done({ kind: 'figures', figures: asked.map((counter) => figuresOf(counters.seen(counter, now), now)) });
    },
    async list(prefix) {
      const now = clock();
      return counters.below(prefix, now).map((state) => reportOf(state, now));
    },
    async listUnreadable() {
      return [];
    },
    async reset(what) {
      const keys = 'keys' in what ? what.keys : counters.keys().filter((key) => key.startsWith(what.prefix));
      return keys.filter(counters.remove).length;
    },
    snapshot: () => snapshotOf(counters.states),
    restore(data) {
      const parsed = parseSnapshot(data);
      if (!parsed.ok) return parsed.error;
      for (const [key, state] of parsed.value) counters.put(key, state);
      return undefined;
    },
    async close() {},
  };
}

/** The figures, and for who watches what has been told of them before. */
function answerOf(state: CounterState, now: number, item: UsageItem | undefined): Figures {
  const figures = figuresOf(state, now);
  const spentBefore = item?.isWatched === true ? tellSpent(state) : undefined;
  return spentBefore === undefined ? figures : { ...figures, spentBefore };
}

/** What an item gets; nothing when it is refused. */
function grantOf(item: ReserveItem, state: CounterState | undefined): number | undefined {
  if (state === undefined) return undefined;
  if (item.isAdvisory === true && item.sharesRest !== true) return item.amount;
  const remaining = remainingOf(state);
  if (item.isAdvisory !== true && remaining < Math.max(leastAmount(item), 1)) return undefined;
  return Math.min(item.amount, item.sharesRest === true ? Math.ceil(remaining / 2) : remaining);
}
