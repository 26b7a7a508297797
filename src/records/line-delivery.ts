import { causeOf, type Delivered, type Delivery, type EncodedRecord } from './delivery.ts';

/** Something that takes bytes, and may take fewer than it is given. */
export interface ByteTarget {
  /** Makes ready to write. True: it is another file than before. Rejects where it cannot be written to. */
  open(): Promise<boolean>;
  /** How many bytes were taken. */
  write(bytes: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** One record per line. A line that was torn by an error is completed before the next one begins. */
export class LineDelivery implements Delivery {
  readonly #target: ByteTarget;
  /** Bytes that were taken of the first record that was not delivered. */
  #torn = 0;

  constructor(target: ByteTarget) {
    this.#target = target;
  }

  async deliver(records: readonly EncodedRecord[]): Promise<Delivered> {
    let taken = 0;
    try {
      // In another file the line stands from its beginning.
      if (await this.#target.open()) this.#torn = 0;
      taken = this.#torn;
      const lines = Buffer.from(records.map(({ json }) => `${json}\n`).join(''));
      while (taken < lines.length) {
        const count = await this.#target.write(lines.subarray(taken));
        if (count <= 0) return this.#outcome(records, taken, 'nothing was taken');
        taken += count;
      }
      return this.#outcome(records, taken);
    } catch (error) {
      return this.#outcome(records, Math.max(taken, this.#torn), causeOf(error));
    }
  }

  async close(): Promise<void> {
    await this.#target.close().catch(() => undefined);
  }

  #outcome(records: readonly EncodedRecord[], taken: number, error?: string): Delivered {
    let count = 0;
    let left = taken;
    for (const { bytes } of records) {
      if (left < bytes + 1) break;
      left -= bytes + 1;
      count++;
    }
    this.#torn = left;
    return error === undefined ? { count } : { count, error };
  }
}
