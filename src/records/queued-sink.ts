import type { Delivery, EncodedRecord } from './delivery.ts';
import { noSinkMetrics, type RecordSink, type SinkMetrics } from './record-sink.ts';

export interface QueueOptions {
  readonly metrics?: SinkMetrics;
  /** Records that may wait. Default 10,000. */
  readonly maxRecords?: number;
  /** Bytes that may wait. Default 32 MiB. */
  readonly maxBytes?: number;
  /** Records that are delivered together. Default 500. */
  readonly batch?: number;
  /** How long records are collected before they are delivered together. Default 50 ms. */
  readonly collectMs?: number;
  /** Waiting after the first failure; each further one doubles it, up to a hundred times. Default 50 ms. */
  readonly backOffMs?: number;
  /** Between 0 and 1, so that replicas do not all come back at once. */
  readonly random?: () => number;
}

/** No record of ours is near it: one that is would hold up all others. */
const largestRecord = 1024 * 1024;
const mostBackOffs = 100;

/** Keeps records until they are delivered, as far as its bounds allow. Delivers at least once, and in order. */
export class QueuedSink implements RecordSink {
  readonly #delivery: Delivery;
  readonly #metrics: SinkMetrics;
  readonly #limits: Required<Omit<QueueOptions, 'metrics' | 'random'>>;
  readonly #random: () => number;
  #waiting: EncodedRecord[] = [];
  /** Of `#waiting`, already delivered: cut off now and then, since every cut copies the rest. */
  #done = 0;
  #bytes = 0;
  #failures = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #pumping: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isGivenUp = false;

  constructor(delivery: Delivery, options: QueueOptions = {}) {
    const { metrics = noSinkMetrics, random = Math.random, ...limits } = options;
    this.#delivery = delivery;
    this.#metrics = metrics;
    this.#random = random;
    this.#limits = {
      maxRecords: 10_000,
      maxBytes: 32 * 1024 * 1024,
      batch: 500,
      collectMs: 50,
      backOffMs: 50,
      ...limits,
    };
  }

  write(record: object): void {
    const encoded = this.#isClosed ? undefined : encode(record);
    const { maxRecords, maxBytes, batch, collectMs } = this.#limits;
    if (encoded === undefined) {
      this.#metrics.dropped(1, this.#isClosed ? 'closed' : 'invalid');
    } else if (this.#length >= maxRecords || this.#bytes + encoded.bytes > maxBytes) {
      this.#metrics.dropped(1, 'full');
    } else {
      this.#waiting.push(encoded);
      this.#bytes += encoded.bytes;
      this.#report();
      if (this.#pumping !== undefined) return;
      if (this.#length >= batch) this.#start();
      else this.#timer ??= setTimeout(() => this.#start(), collectMs);
    }
  }

  async close(deadlineMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake?.();
    this.#start();
    const deadline = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      void this.#pumping?.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    await deadline;
    this.#isGivenUp = true;
    this.#wake?.();
    const left = this.#length;
    this.#waiting = [];
    this.#done = 0;
    this.#bytes = 0;
    if (left > 0) this.#metrics.dropped(left, 'closed');
    this.#report();
    // A delivery that hangs must not hold up the end of the process.
    if (left === 0) await this.#delivery.close();
    else void this.#delivery.close();
  }

  get #length(): number {
    return this.#waiting.length - this.#done;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
      // Written between the last look and now.
      if (this.#length > 0 && !this.#isGivenUp) this.#start();
    });
  }

  async #pump(): Promise<void> {
    while (this.#length > 0 && !this.#isGivenUp) {
      const batch = this.#waiting.slice(this.#done, this.#done + this.#limits.batch);
      const { count, error } = await this.#delivery.deliver(batch);
      if (this.#isGivenUp) return;
      this.#remove(batch.slice(0, count));
      if (error === undefined) {
        this.#failures = 0;
        continue;
      }
      this.#metrics.failed(error);
      if (count > 0) this.#failures = 0;
      await this.#backOff();
    }
  }

  #remove(delivered: readonly EncodedRecord[]): void {
    if (delivered.length === 0) return;
    this.#done += delivered.length;
    for (const { bytes } of delivered) this.#bytes -= bytes;
    if (this.#done === this.#waiting.length || this.#done > this.#limits.maxRecords) {
      this.#waiting = this.#waiting.slice(this.#done);
      this.#done = 0;
    }
    this.#metrics.written(delivered.length);
    this.#report();
  }

  #backOff(): Promise<void> {
    const factor = Math.min(mostBackOffs, 2 ** this.#failures++);
    const wait = this.#limits.backOffMs * factor * (0.5 + this.#random() / 2);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      // While closing there is little time: no long waits any more.
      const timer = setTimeout(end, this.#isClosed ? Math.min(wait, this.#limits.backOffMs) : wait);
      this.#wake = end;
    });
  }

  #report(): void {
    this.#metrics.waiting(this.#length);
  }
}

function encode(record: object): EncodedRecord | undefined {
  try {
    const json: string | undefined = JSON.stringify(record);
    if (json === undefined) return undefined;
    const bytes = Buffer.byteLength(json);
    return bytes > largestRecord ? undefined : { json, bytes };
  } catch {
    return undefined;
  }
}
