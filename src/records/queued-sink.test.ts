import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delivered, Delivery, EncodedRecord } from './delivery.ts';
import { QueuedSink, type QueueOptions } from './queued-sink.ts';
import { combineSinks } from './record-sink.ts';
import { eventually, recordedMetrics } from './testing/recorded-metrics.ts';

/** A far side that does as it is told, and remembers. */
class Scripted implements Delivery {
  readonly seen: unknown[] = [];
  isClosed = false;
  answer: (records: readonly EncodedRecord[]) => Delivered | Promise<Delivered> = (records) => ({
    count: records.length,
  });

  async deliver(records: readonly EncodedRecord[]): Promise<Delivered> {
    const delivered = await this.answer(records);
    for (const { json } of records.slice(0, delivered.count)) this.seen.push(JSON.parse(json));
    return delivered;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function open(options: QueueOptions = {}) {
  const delivery = new Scripted();
  const metrics = recordedMetrics();
  const sink = new QueuedSink(delivery, { metrics, collectMs: 1, backOffMs: 1, random: () => 1, ...options });
  return { delivery, sink, counts: metrics.counts };
}

const records = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

describe('QueuedSink', () => {
  it('delivers everything in order, in batches', async () => {
    const { delivery, sink, counts } = open({ batch: 7 });
    for (const record of records(100)) sink.write(record);
    await sink.close(5_000);
    expect(delivery.seen).toEqual(records(100));
    expect(counts).toEqual({ written: 100, waiting: 0, failed: [], dropped: {} });
    expect(delivery.isClosed).toBe(true);
  });

  it('delivers without being closed', async () => {
    const { delivery, sink } = open();
    sink.write({ n: 0 });
    await eventually(() => delivery.seen.length === 1);
    sink.write({ n: 1 });
    await eventually(() => delivery.seen.length === 2);
  });

  it('tries again until it works, from the first record that was not delivered', async () => {
    const { delivery, sink, counts } = open({ batch: 10 });
    let attempt = 0;
    delivery.answer = ({ length }) => (++attempt % 3 === 0 ? { count: length } : { count: 1, error: 'ENOSPC' });
    for (const record of records(40)) sink.write(record);
    await eventually(() => counts.written === 40);
    expect(delivery.seen).toEqual(records(40));
    expect(counts.failed.length).toBeGreaterThan(1);
    expect(new Set(counts.failed)).toEqual(new Set(['ENOSPC']));
    await sink.close(10);
  });

  describe('whose far side fails', () => {
    beforeEach(() => vi.useFakeTimers());
    afterEach(() => vi.useRealTimers());

    const failing = (random: number) => {
      const opened = open({ backOffMs: 50, random: () => random });
      const tries: number[] = [];
      opened.delivery.answer = () => {
        tries.push(Date.now());
        return { count: 0, error: 'EIO' };
      };
      opened.sink.write({ n: 0 });
      return { ...opened, waits: () => tries.slice(1).map((at, index) => at - (tries[index] ?? 0)) };
    };

    it.each([
      [1, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]],
      [0, [25, 50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500, 2_500]],
    ])(
      'waits longer each time, up to a hundred times as long, and not at the moment of others (%d)',
      async (random, expected) => {
        const { waits } = failing(random);
        await vi.advanceTimersByTimeAsync(17_000);
        expect(waits().slice(0, expected.length)).toEqual(expected);
      },
    );

    it('tries again at once when it is closed, and then often', async () => {
      const { sink, waits, delivery } = failing(1);
      await vi.advanceTimersByTimeAsync(3_500);
      const closed = sink.close(1_000);
      await vi.advanceTimersByTimeAsync(120);
      expect(waits().slice(6)).toEqual([349, 50, 50]);
      delivery.answer = ({ length }) => ({ count: length });
      await vi.advanceTimersByTimeAsync(50);
      await closed;
      expect(delivery.seen).toEqual([{ n: 0 }]);
    });
  });

  it('keeps as many records as it may, and counts the others', async () => {
    const { delivery, sink, counts } = open({ maxRecords: 5 });
    delivery.answer = () => ({ count: 0, error: 'EIO' });
    for (const record of records(20)) sink.write(record);
    expect(counts.dropped).toEqual({ full: 15 });
    expect(counts.waiting).toBe(5);
    await sink.close(20);
    expect(counts).toMatchObject({ written: 0, waiting: 0, dropped: { full: 15, closed: 5 } });
    sink.write({});
    expect(counts.dropped).toEqual({ full: 15, closed: 6 });
  });

  it('keeps as many bytes as it may', async () => {
    const { sink, counts } = open({ maxBytes: 1000 });
    for (const text of ['a'.repeat(600), 'b'.repeat(600), 'c'.repeat(300)]) sink.write({ text });
    expect(counts.dropped).toEqual({ full: 1 });
    await sink.close(1000);
    expect(counts.written).toBe(2);
  });

  it('drops what is not JSON or far too large, without a word to the writer', async () => {
    const { delivery, sink, counts } = open();
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    sink.write(circular);
    sink.write({ big: 1n });
    sink.write(() => undefined);
    sink.write({ text: 'x'.repeat(2 * 1024 * 1024) });
    sink.write({ n: 1 });
    await sink.close(1000);
    expect(delivery.seen).toEqual([{ n: 1 }]);
    expect(counts.dropped).toEqual({ invalid: 4 });
  });

  it('does not wait longer than its deadline for a far side that hangs', async () => {
    const { delivery, sink, counts } = open();
    delivery.answer = () => new Promise(() => undefined);
    for (const record of records(3)) sink.write(record);
    const began = Date.now();
    await sink.close(50);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(counts.dropped).toEqual({ closed: 3 });
  });

  it('never waits for a slow far side', async () => {
    const { delivery, sink, counts } = open({ batch: 10, maxRecords: 1000 });
    delivery.answer = async ({ length }) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return { count: length };
    };
    for (const record of records(500)) sink.write(record);
    expect(counts.waiting).toBe(500);
    await sink.close(10_000);
    expect(delivery.seen).toEqual(records(500));
  });

  it('loses nothing that is written while it delivers', async () => {
    const { delivery, sink, counts } = open({ batch: 3, collectMs: 0 });
    for (const record of records(300)) {
      sink.write(record);
      if (record.n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      else if (record.n % 3 === 0) await Promise.resolve();
    }
    await eventually(() => counts.written === 300);
    expect(delivery.seen).toEqual(records(300));
  });
});

describe('combineSinks()', () => {
  it('writes to all of them and closes all of them', async () => {
    const [one, two] = [open(), open()];
    const both = combineSinks([one.sink, two.sink]);
    both.write({ n: 1 });
    await both.close(1000);
    expect([one.delivery.seen, two.delivery.seen]).toEqual([[{ n: 1 }], [{ n: 1 }]]);
    const nobody = combineSinks([]);
    nobody.write({});
    await nobody.close(0);
  });
});
