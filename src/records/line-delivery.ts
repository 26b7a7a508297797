import { causeOf, type Delivered, type Delivery, type EncodedRecord } from './delivery.ts';

/** Something that takes bytes, and may take fewer than it is given. */
export interface ByteTarget {
  /** Makes ready to write, and says where that goes on. Rejects where it cannot be written to. */
  open(): Promise<Place>;
  /** How many bytes were taken. */
  write(bytes: Buffer): Promise<number>;
  close(): Promise<void>;
}

/**
 * `same`: behind what was written last. `anew`: elsewhere, such as in another file, at the beginning of a line. `torn`:
 * elsewhere, behind half a line of somebody else who found no room for the rest.
 */
export type Place = 'same' | 'anew' | 'torn';

const lineEnd = Buffer.from('\n');

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
      const place = await this.#target.open();
      // Elsewhere the line has to stand from its beginning.
      if (place !== 'same') this.#torn = 0;
      if (place === 'torn') await this.#target.write(lineEnd);
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
