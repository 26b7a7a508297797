import type { Aside } from './parts.ts';

export interface UnreadableCountersOptions {
  readonly now: () => number;
  /** Each time that somebody looks; new: it was counted before, or is met for the first time. */
  readonly onFound: (counter: string, isNew: boolean) => void;
  readonly onCounted: (counter: string) => void;
}

interface Counted {
  readonly counter: { readonly key: string };
}

/** Counters in whose place the shared store has something else. They are left aside, so that they hit no others. */
export interface UnreadableCounters {
  /** Those to leave aside; undefined: none. Now and then one request finds out whether somebody has mended them. */
  among(items: readonly Counted[]): Aside | undefined;
  found(counters: readonly string[]): void;
  /** The store has answered about these. */
  counted(items: readonly Counted[]): void;
}

const lookAgainMs = 1_000;

/** What is beyond is found out anew by each request. */
const mostRemembered = 1_000;

export function createUnreadableCounters({ now, onFound, onCounted }: UnreadableCountersOptions): UnreadableCounters {
  /** When to look again. */
  const lookAt = new Map<string, number>();
  const isAside = (counter: string): boolean => {
    const at = lookAt.get(counter);
    if (at === undefined) return false;
    if (now() < at) return true;
    lookAt.set(counter, now() + lookAgainMs);
    return false;
  };

  return {
    among(items) {
      if (lookAt.size === 0) return undefined;
      const aside = items.map(({ counter }) => counter.key).filter(isAside);
      return aside.length === 0 ? undefined : new Set(aside);
    },
    found(counters) {
      for (const counter of counters) {
        const isKnown = lookAt.has(counter);
        if (!isKnown && lookAt.size >= mostRemembered) continue;
        lookAt.set(counter, now() + lookAgainMs);
        onFound(counter, !isKnown);
      }
    },
    counted(items) {
      if (lookAt.size === 0) return;
      for (const { counter } of items) if (lookAt.delete(counter.key)) onCounted(counter.key);
    },
  };
}
