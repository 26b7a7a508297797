export interface BackOffRules {
  readonly baseInterval?: number | undefined;
  readonly maxInterval?: number;
}

export interface Pauses {
  readonly baseMs: number;
  readonly mostMs: number;
}

/** Envoy's own. */
const usualMs = 25;

/** Pauses between attempts in a form that Envoy takes: the first one is longer than nothing, and no longer than the longest. */
export function pausesOf({ baseInterval, maxInterval }: BackOffRules = {}): Pauses {
  const mostMs = Math.max(1, maxInterval ?? 10 * (baseInterval ?? usualMs));
  return { baseMs: Math.max(1, Math.min(baseInterval ?? usualMs, mostMs)), mostMs };
}
