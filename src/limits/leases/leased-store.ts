import { randomUUID } from 'node:crypto';
import type { Counter } from '../counter.ts';
import { createLedger } from '../memory/ledger.ts';
import { checkReserve, checkUsage } from '../reservation-check.ts';
import { defaultRetentionMs, type Figures, type Grant, type Store } from '../store.ts';
import { createLeasePool, type Lease } from './lease-pool.ts';

export interface LeaseOptions {
  readonly shared: Store;
  /**
   * How much of a counter this process takes at a time; nothing: every request asks the shared store. What is taken and
   * not used is missing elsewhere, so small against the limit: at most `limit / (10 * replicas)` is a good start.
   */
  readonly allotmentOf: (counter: Counter) => number | undefined;
  /** How long a lease lives without being prolonged. Default 10 s. */
  readonly ttlMs?: number;
  readonly now?: () => number;
}

interface Drawn {
  readonly lease: Lease;
  amount: number;
}

/**
 * Saves round trips on busy counters: requests are admitted out of a small part of the limit that this process holds.
 * That part is reserved in the shared store before it is given out, so no limit is exceeded while the store can be
 * reached. A process that cannot prolong its leases (cut off, stopped) may run requests on the one that it gives out of
 * when that has ended: the overshoot is at most the allotment times the number of such processes, for as long as the
 * store remembers reservations that nobody prolongs.
 */
export function createLeasedStore(options: LeaseOptions): Store {
  const { shared, allotmentOf } = options;
  const now = options.now ?? Date.now;
  const ttlMs = options.ttlMs ?? 10_000;
  const process = randomUUID();
  let serial = 0;
  const pool = createLeasePool({ shared, ttlMs, now, nextId: () => `lease:${process}:${++serial}` });
  const running = new Map<string, readonly Drawn[]>();
  const ledger = createLedger();
  const timer = setInterval(() => pool.tick(), ttlMs / 3);
  timer.unref();

  return {
    reserve(request, done) {
      const problem = checkReserve(request);
      if (problem !== undefined) return done(problem);
      ledger.forgetOld(now());
      const known = ledger.find(request.id);
      if (known !== undefined) return done({ kind: 'admitted', grants: known.grants });
      const allotments = request.items.map(({ counter, amount, sharesRest }) => {
        const allotment = sharesRest === true ? undefined : allotmentOf(counter);
        return allotment === undefined || amount > allotment ? undefined : allotment;
      });
      // Where one item asks the shared store, leases of the others save nothing.
      const leases = allotments.includes(undefined)
        ? []
        : request.items.map(({ counter, amount }, index) => pool.find(counter, amount, allotments[index] ?? 0));
      if (leases.length === 0 || leases.includes(undefined)) return shared.reserve(request, done);
      const drawn: Drawn[] = [];
      const grants = request.items.map((item, index): Grant => {
        const lease = leases[index];
        if (lease === undefined) return { granted: 0, remaining: 0, used: 0, reserved: 0, resetMs: 0 };
        lease.drawn += item.amount;
        lease.lastDraw = now();
        if (item.isFinal === true) lease.spent += item.amount;
        else {
          lease.running += 1;
          lease.runsForMs = Math.max(lease.runsForMs, request.ttlMs);
          drawn.push({ lease, amount: item.amount });
        }
        return { granted: item.amount, ...figuresOf(lease) };
      });
      running.set(request.id, drawn);
      ledger.remember(request.id, grants, false, now() + request.ttlMs + defaultRetentionMs);
      done({ kind: 'admitted', grants });
    },
    charge(request, done) {
      const drawn = running.get(request.id);
      if (drawn === undefined) {
        return ledger.find(request.id)?.isSettled ? done({ kind: 'ended' }) : shared.charge(request, done);
      }
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      const items = request.items.map(({ counter, amount }) => {
        const of = drawn.find(({ lease }) => lease.counter.key === counter.key);
        if (of === undefined) return { hasRoom: true, remaining: 0, used: 0, reserved: 0, resetMs: 0 };
        const extra = counter.kind === 'concurrency' ? 0 : Math.max(0, amount - of.amount);
        const hasRoom = extra === 0 || of.lease.drawn + extra <= of.lease.granted;
        of.lease.drawn += extra;
        of.amount += extra;
        return { hasRoom, ...figuresOf(of.lease) };
      });
      done({ kind: 'charged', items });
    },
    settle(request, done) {
      const drawn = running.get(request.id);
      if (drawn === undefined) {
        return ledger.find(request.id)?.isSettled ? done({ kind: 'already-settled' }) : shared.settle(request, done);
      }
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      running.delete(request.id);
      ledger.remember(request.id, ledger.find(request.id)?.grants ?? [], true, now() + defaultRetentionMs);
      const figures = drawn.map(({ lease, amount }) => {
        const item = request.items.find(({ counter }) => counter.key === lease.counter.key);
        const used = lease.counter.kind === 'concurrency' ? 0 : (item?.amount ?? 0);
        lease.drawn += used - amount;
        lease.spent += used;
        lease.running -= 1;
        pool.afterUse(lease);
        return figuresOf(lease);
      });
      done({ kind: 'settled', isLate: false, figures });
    },
    renew(requests, done) {
      // Leases are prolonged all together.
      shared.renew(
        requests.filter((request) => !running.has(request.id)),
        done,
      );
    },
    peek: (counters, done) => shared.peek(counters, done),
    list: (prefix) => shared.list(prefix),
    listUnreadable: (prefix) => shared.listUnreadable(prefix),
    reset: (what) => shared.reset(what),
    async close() {
      clearInterval(timer);
      await new Promise<void>((resolve) => pool.giveBackAll(resolve));
      await shared.close();
    },
  };
}

/** As the store last told, and what has been drawn since. */
function figuresOf(lease: Lease): Figures {
  const { remaining, used, reserved, resetMs } = lease.figures;
  const free = lease.granted - lease.drawn;
  return {
    remaining: Math.max(0, remaining + free),
    used: Math.max(0, used - free),
    reserved: Math.max(0, reserved - lease.granted + lease.drawn - lease.spent),
    resetMs,
  };
}
