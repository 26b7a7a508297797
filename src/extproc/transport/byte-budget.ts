/** How many bytes may be held in memory at once. Share one among several servers to bound the process. */
export class ByteBudget {
  readonly limit: number;
  private taken = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.taken;
  }

  /** False if there is not that much left; then nothing is taken. */
  take(bytes: number): boolean {
    if (this.taken + bytes > this.limit) {
      return false;
    }
    this.taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.taken -= bytes;
  }
}
