import type { Grant } from '../store.ts';

interface Remembered {
  readonly grants: readonly Grant[];
  isSettled: boolean;
  forgetAt: number;
}

/** What is remembered of reservations by id: the answer they got, and whether they are settled. */
export interface Ledger {
  find(id: string): Remembered | undefined;
  remember(id: string, grants: readonly Grant[], isSettled: boolean, forgetAt: number): void;
  /** Forgets what nobody will ask for any more. Cheap: looks at the oldest only. */
  forgetOld(now: number): void;
}

export function createLedger(): Ledger {
  // Two maps, because each then holds its entries in about the order in which they are forgotten.
  const living = new Map<string, Remembered>();
  const settled = new Map<string, Remembered>();
  return {
    find: (id) => living.get(id) ?? settled.get(id),
    remember(id, grants, isSettled, forgetAt) {
      living.delete(id);
      settled.delete(id);
      (isSettled ? settled : living).set(id, { grants, isSettled, forgetAt });
    },
    forgetOld(now) {
      for (const entries of [living, settled]) {
        for (const [id, entry] of entries) {
          if (entry.forgetAt > now) break;
          entries.delete(id);
        }
      }
    },
  };
}
