import type { Counter } from '../counter.ts';
import type { Figures, Store } from '../store.ts';

/** A part of a counter that this process may give out by itself. In the shared store it is a reservation. */
export interface Lease {
  readonly id: string;
  readonly counter: Counter;
  readonly granted: number;
  /** Held or used out of it. */
  drawn: number;
  /** Used for good. */
  spent: number;
  /** Requests that run on it. */
  running: number;
  /** The longest that any of them asked to be remembered for, unless it is prolonged. */
  runsForMs: number;
  /** By our clock, begun before the store's: never later than in the store. */
  endsAt: number;
  isRetired: boolean;
  lastDraw: number;
  /** As the store last told. */
  figures: Figures;
}

export interface LeasePoolOptions {
  readonly shared: Store;
  readonly ttlMs: number;
  readonly now: () => number;
  /** Unique over all processes. */
  readonly nextId: () => string;
}

/** The leases of one process, one in use per counter. */
export interface LeasePool {
  /** The lease that has room for so much, if there is one; asks for another in the background where not. */
  find(counter: Counter, amount: number, allotment: number): Lease | undefined;
  /** Something on the lease has ended. */
  afterUse(lease: Lease): void;
  /** Prolongs what is in use, tells what was spent, and gives back what lies idle. Called every third of a life. */
  tick(): void;
  giveBackAll(done: () => void): void;
}

export function createLeasePool(options: LeasePoolOptions): LeasePool {
  const { shared, ttlMs, now } = options;
  const current = new Map<string, Lease>();
  const asking = new Set<string>();
  const all = new Set<Lease>();

  const retire = (lease: Lease): void => {
    if (current.get(lease.counter.key) === lease) current.delete(lease.counter.key);
    lease.isRetired = true;
    if (lease.running > 0) prolong(lease);
    end(lease, () => undefined);
  };
  /**
   * A process holds one lease to give out and any number that requests still run on: were these forgotten as soon, a
   * process that is cut off would exceed a limit by all of them. They live as long as reservations of their own would.
   */
  const prolong = (lease: Lease): void => {
    const lifeMs = lease.isRetired ? Math.max(ttlMs, lease.runsForMs) : ttlMs;
    const endsAt = now() + lifeMs;
    shared.renew([{ id: lease.id, ttlMs: lifeMs, counters: [lease.counter] }], (outcome) => {
      if (outcome.kind !== 'renewed') return;
      if (outcome.ended.length === 0) lease.endsAt = endsAt;
      else if (!lease.isRetired) retire(lease);
      else end(lease, () => undefined);
    });
  };
  const end = (lease: Lease, done: () => void): void => {
    if (lease.running > 0 || !all.delete(lease)) done();
    else shared.settle({ id: lease.id, items: [{ counter: lease.counter, amount: lease.spent }] }, done);
  };
  const roomIn = (lease: Lease): number => (now() < lease.endsAt ? lease.granted - lease.drawn : -1);
  const ask = (counter: Counter, allotment: number): void => {
    if (asking.has(counter.key)) return;
    asking.add(counter.key);
    const id = options.nextId();
    const endsAt = now() + ttlMs;
    shared.reserve({ id, ttlMs, items: [{ counter, amount: allotment }] }, (outcome) => {
      asking.delete(counter.key);
      const [grant] = outcome.kind === 'admitted' ? outcome.grants : [];
      if (grant === undefined) return;
      const before = current.get(counter.key);
      if (before !== undefined) retire(before);
      const lease: Lease = {
        ...{ id, counter, granted: grant.granted, drawn: 0, spent: 0, running: 0, runsForMs: 0, endsAt },
        ...{ isRetired: false, lastDraw: now(), figures: grant },
      };
      all.add(lease);
      current.set(counter.key, lease);
    });
  };

  return {
    find(counter, amount, allotment) {
      const before = current.get(counter.key);
      if (before === undefined || roomIn(before) - amount < allotment / 4) ask(counter, allotment);
      // Looked up again: a store that answers at once has replaced it by now.
      const lease = current.get(counter.key);
      // Who asks for nothing is refused where nothing is left.
      return lease !== undefined && roomIn(lease) >= Math.max(amount, 1) ? lease : undefined;
    },
    afterUse(lease) {
      if (lease.isRetired) end(lease, () => undefined);
    },
    tick() {
      for (const lease of [...all]) {
        const isIdle = lease.running === 0 && now() - lease.lastDraw >= ttlMs / 3;
        if (isIdle) {
          retire(lease);
          continue;
        }
        if (lease.spent > 0) {
          shared.charge({ id: lease.id, items: [{ counter: lease.counter, amount: lease.spent }] }, () => undefined);
        }
        prolong(lease);
      }
    },
    giveBackAll(done) {
      let waiting = all.size;
      if (waiting === 0) return done();
      for (const lease of [...all]) {
        lease.running = 0;
        end(lease, () => {
          waiting -= 1;
          if (waiting === 0) done();
        });
      }
    },
  };
}
