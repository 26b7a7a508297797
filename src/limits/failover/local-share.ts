import { type Counter, checkCounter } from '../counter.ts';
import type { Figures, Grant, ItemMode, OnStoreFailure, ReserveItem } from '../store.ts';

/** What this replica may give out by itself: all replicas together stay within the limit. */
export function shareOf(counter: Counter, replicas: number): Counter {
  if (replicas <= 1 || counter.limit === 0) return counter;
  const share = { ...counter, limit: Math.max(1, Math.floor(counter.limit / replicas)) };
  if (checkCounter(share) === undefined) return share;
  // A bucket of an odd limit may not be exact; a rounder one is.
  const round = 10 ** Math.max(0, String(share.limit).length - 2);
  return { ...share, limit: Math.floor(share.limit / round) * round };
}

/** What only warns never refuses, not even because nobody can count it. */
export function modeOf(item: Pick<ReserveItem, 'onStoreFailure' | 'isAdvisory'>): OnStoreFailure {
  const wanted = item.onStoreFailure ?? 'closed';
  return wanted === 'closed' && item.isAdvisory === true ? 'open' : wanted;
}

/** Nobody counts: as if nothing were used. */
export function uncounted({ counter }: { readonly counter: Counter }): Figures {
  return { remaining: counter.limit, used: 0, reserved: 0, resetMs: 0 };
}

/** Puts what the local store said about its items back among all items. */
export function mergeFigures<I, T extends Figures>(
  items: readonly I[],
  modes: readonly ItemMode[],
  local: readonly (T | undefined)[],
  otherwise: (item: I) => T,
): readonly T[] {
  let next = 0;
  return items.map((item, index) => (modes[index] === 'local' ? local[next++] : undefined) ?? otherwise(item));
}

export function uncountedGrant(item: ReserveItem): Grant {
  return { granted: item.amount, ...uncounted(item) };
}
