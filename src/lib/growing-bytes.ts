/** Bytes that arrive in pieces of any size, each copied once or twice: many tiny pieces cost no more than one large. */
export class GrowingBytes {
  private bytes = none;
  private used = 0;

  get length(): number {
    return this.used;
  }

  append(piece: Uint8Array): void {
    const needed = this.used + piece.length;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length, 256));
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    this.bytes.set(piece, this.used);
    this.used = needed;
  }

  /** All of them, as a view. Valid until the next call. */
  view(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  /** All of them, for good; afterwards there are none. */
  take(): Buffer {
    const all = this.view();
    this.bytes = none;
    this.used = 0;
    return all;
  }

  /** Keeps the memory for what comes next. */
  clear(): void {
    this.used = 0;
  }
}

const none: Buffer = Buffer.alloc(0);
