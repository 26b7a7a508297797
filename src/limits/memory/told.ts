import type { CounterState } from './counter-state.ts';

/**
 * How much had been spent when somebody who raises alerts was answered last. By the limit of then, and by the one before:
 * a new amount, and the end of an override, reach processors one after another, and meanwhile counters are asked with
 * both.
 */
export interface Told {
  readonly by: TellingLimit | undefined;
  readonly before: TellingLimit | undefined;
}

interface TellingLimit {
  readonly limit: number;
  readonly spent: number;
}

export const nothingTold: Told = { by: undefined, before: undefined };

/** What is over, and comes back in the next period or slice, is told again. */
export function lowerTold(state: CounterState): void {
  const { told, used } = state;
  if (told.by !== undefined) state.told = { by: atMost(told.by, used), before: atMost(told.before, used) };
}

/** Who is answered now tells what has been spent; answers how much had been spent when that was done last. */
export function tellSpent(state: CounterState): number | undefined {
  const { counter, used } = state;
  if (counter.kind === 'bucket' || counter.kind === 'concurrency') return undefined;
  const told = forLimit(state.told, counter.limit);
  const spentBefore = told.by?.spent ?? 0;
  if (used > 0) {
    state.told = { by: { limit: counter.limit, spent: Math.max(spentBefore, used) }, before: told.before };
  }
  return spentBefore;
}

function forLimit(told: Told, limit: number): Told {
  const { by, before } = told;
  if (by === undefined || by.limit === limit) return told;
  const spent = before?.limit === limit ? before.spent : samePart(by, limit);
  return { by: { limit, spent }, before: by };
}

/** Of a larger limit it is less that was told; of a smaller one the same part, and what is beyond is to be told. */
function samePart({ limit, spent }: TellingLimit, newLimit: number): number {
  return Math.min(spent, Math.ceil((spent * newLimit) / Math.max(1, limit)));
}

function atMost<T extends TellingLimit | undefined>(telling: T, spent: number): T {
  return telling === undefined ? telling : { ...telling, spent: Math.min(telling.spent, spent) };
}
