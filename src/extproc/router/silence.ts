/** Rings when nothing has been heard for so long. What is heard costs neither a promise nor a closure. */
export class Silence {
  private readonly timer: NodeJS.Timeout;
  private isOver = false;
  private hasRung = false;

  constructor(mostMs: number, ring: () => void) {
    this.timer = setTimeout(() => {
      // A process that was held up finds its timers due before it has read what came meanwhile: that comes first.
      this.hasRung = true;
      setImmediate(() => {
        if (this.hasRung && !this.isOver) ring();
      });
    }, mostMs);
  }

  break(): void {
    this.hasRung = false;
    this.timer.refresh();
  }

  /** Nobody listens any more. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }
}
