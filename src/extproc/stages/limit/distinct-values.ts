import { sha256Hex } from '../../../lib/hash.ts';
import type { Budget, Limit } from '../../../program/limit.ts';

/** A value that has not been met for as long as its window makes room; of longer windows, after a day. */
const longestRestMs = 86_400_000;

const longestRemembered = 128;

/** The counters of each limit and budget whose values callers choose. */
export class DistinctCounters {
  private readonly bySource = new Map<string, DistinctValues>();

  of(source: Limit | Budget): DistinctValues {
    // A Limit and a Budget may have the same name.
    const isBudget = 'period' in source;
    const name = `${isBudget ? 'budget' : 'limit'} ${source.name}`;
    const window = isBudget ? source.period : source.window;
    const restMs = window?.kind === 'rolling' ? Math.min(window.lengthMs, longestRestMs) : longestRestMs;
    let values = this.bySource.get(name);
    if (values === undefined) {
      values = new DistinctValues(source.maxDistinct, restMs);
      this.bySource.set(name, values);
    }
    // Policy may have changed; who has a counter keeps it.
    values.bound(source.maxDistinct, restMs);
    return values;
  }
}

/** Counters of a limit whose values callers choose: so many at a time, and what comes on top shares one. */
class DistinctValues {
  private most: number;
  private restMs: number;
  /** When each was met last, the oldest first. */
  private readonly lastMet = new Map<string, number>();

  /** `restMs`: a value that has not been met for so long makes room for another. */
  constructor(most: number, restMs: number) {
    this.most = most;
    this.restMs = restMs;
  }

  bound(most: number, restMs: number): void {
    this.most = most;
    this.restMs = restMs;
  }

  /** The value itself, or the one that all share for which there is no room. */
  admit(value: string, now: number): string {
    const met = shortened(value);
    if (this.lastMet.delete(met) || this.hasRoom(now)) {
      this.lastMet.set(met, now);
      return value;
    }
    return sharedValue;
  }

  private hasRoom(now: number): boolean {
    for (const [value, metAt] of this.lastMet) {
      if (this.lastMet.size < this.most || now - metAt < this.restMs) break;
      this.lastMet.delete(value);
    }
    return this.lastMet.size < this.most;
  }
}

/** Callers may write kilobytes, thousands of times. */
function shortened(value: string): string {
  return value.length <= longestRemembered ? value : sha256Hex(value);
}

export const sharedValue = 'others';
