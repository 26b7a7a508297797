/** Counters of a limit whose values callers choose: so many at a time, and what comes on top shares one. */
export class DistinctValues {
  private readonly most: number;
  private readonly restMs: number;
  /** When each was met last, the oldest first. */
  private readonly lastMet = new Map<string, number>();

  /** `restMs`: a value that has not been met for so long makes room for another. */
  constructor(most: number, restMs: number) {
    this.most = most;
    this.restMs = restMs;
  }

  /** The value itself, or the one that all share for which there is no room. */
  admit(value: string, now: number): string {
    if (this.lastMet.delete(value) || this.hasRoom(now)) {
      this.lastMet.set(value, now);
      return value;
    }
    return sharedValue;
  }

  private hasRoom(now: number): boolean {
    if (this.lastMet.size < this.most) return true;
    const [oldest] = this.lastMet;
    if (oldest === undefined || now - oldest[1] < this.restMs) return false;
    this.lastMet.delete(oldest[0]);
    return true;
  }
}

export const sharedValue = 'others';
