import type { UsageRequest } from '../store.ts';

export interface SettledRequest {
  readonly request: UsageRequest;
  readonly since: number;
}

/**
 * Settlements that the shared store has answered of late. A master tells its replicas a moment after it has answered:
 * one that takes its place has not heard of the last ones, and still holds what they had reserved.
 */
export interface RecentSettlements {
  add(request: UsageRequest): void;
  /** Those to be told again, each once. */
  take(): readonly SettledRequest[];
}

/** Far more than replicas lag behind, and little to tell again. */
const keptMs = 5_000;
const mostKept = 1_000;

export interface RecentSettlementsOptions {
  readonly now: () => number;
  /** How long the store knows what it has settled; told later, it would be charged twice. */
  readonly retentionMs: number;
}

export function createRecentSettlements({ now, retentionMs }: RecentSettlementsOptions): RecentSettlements {
  let kept: SettledRequest[] = [];
  return {
    add(request) {
      const since = now();
      kept.push({ request, since });
      while (kept.length > mostKept || (kept[0] !== undefined && kept[0].since < since - keptMs)) kept.shift();
    },
    take() {
      const taken = kept.filter(({ since }) => now() - since < retentionMs - keptMs);
      kept = [];
      return taken;
    },
  };
}
