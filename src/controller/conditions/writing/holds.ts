import { type BackOff, backOffMs } from '../../../lib/back-off.ts';

/** Which objects are to be left alone for a while. */
export interface Holds {
  /** How long, before `said` may be written. */
  waitMs(id: string, said: () => string, now: number): number;
  /** Written. The same again: others write it, too. */
  written(id: string, said: string, now: number): void;
  conflicted(id: string, now: number): void;
  /** The API server does not take it: not before something changes there, either. */
  refused(id: string, said: string, now: number): void;
  /** There is no place for it. Only something else to say makes another attempt worth while. */
  futile(id: string, said: string): void;
  /** Forgets what is no longer there. */
  keepOnly(ids: { has(id: string): boolean }): void;
}

interface Hold {
  readonly until: number;
  /** Holds only as long as this is what is to be said. */
  readonly said?: string;
  readonly conflicts: number;
  readonly repetitions: number;
}

const conflict: BackOff = { firstMs: 200, maxMs: 30_000 };
const repetition: BackOff = { firstMs: 2_000, maxMs: 600_000 };
const refusedForMs = 600_000;

export function createHolds(random: () => number): Holds {
  const holds = new Map<string, Hold>();
  return {
    waitMs(id, said, now) {
      const hold = holds.get(id);
      if (hold === undefined || hold.until <= now) return 0;
      // Others write it whatever we have to say, also where something was written before.
      if (hold.conflicts === 0 && hold.said !== undefined && hold.said !== said()) return 0;
      return hold.until - now;
    },
    written(id, said, now) {
      const last = holds.get(id);
      const repetitions = last?.said === said ? last.repetitions + 1 : 0;
      const until = repetitions === 0 ? now : now + backOffMs(repetition, repetitions, random());
      holds.set(id, { until, said, conflicts: 0, repetitions });
    },
    conflicted(id, now) {
      const last = holds.get(id);
      const conflicts = (last?.conflicts ?? 0) + 1;
      const until = now + backOffMs(conflict, conflicts, random());
      holds.set(id, { repetitions: 0, ...last, conflicts, until });
    },
    refused(id, said, now) {
      holds.set(id, { until: now + refusedForMs, said, conflicts: 0, repetitions: 0 });
    },
    futile(id, said) {
      holds.set(id, { until: Number.POSITIVE_INFINITY, said, conflicts: 0, repetitions: 0 });
    },
    keepOnly(ids) {
      for (const id of holds.keys()) if (!ids.has(id)) holds.delete(id);
    },
  };
}
