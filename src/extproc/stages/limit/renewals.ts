import type { Counter } from '../../../limits/counter.ts';
import type { Store } from '../../../limits/store.ts';

/** A reservation that nobody settles ends after this time: its processor has died. */
export const reservationTtlMs = 120_000;

const everyMs = 40_000;

export interface Renewable {
  readonly id: string;
  readonly store: Store;
  readonly counters: readonly Counter[];
}

/** Keeps the reservations of long requests alive, all of them in one go. */
export class Renewals {
  private readonly open = new Set<Renewable>();
  private timer: NodeJS.Timeout | undefined = undefined;

  add(reservation: Renewable): void {
    this.open.add(reservation);
    this.timer ??= setInterval(() => this.renew(), everyMs).unref();
  }

  delete(reservation: Renewable): void {
    this.open.delete(reservation);
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private renew(): void {
    const byStore = new Map<Store, Renewable[]>();
    for (const reservation of this.open) {
      const others = byStore.get(reservation.store);
      if (others === undefined) byStore.set(reservation.store, [reservation]);
      else others.push(reservation);
    }
    for (const [store, reservations] of byStore) {
      const requests = reservations.map(({ id, counters }) => ({ id, ttlMs: reservationTtlMs, counters }));
      // One that has ended is charged when it is settled all the same.
      store.renew(requests, () => {});
    }
  }
}
