import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningRedis, startRedis } from '../../e2e/support/redis.ts';
import { createRedisStreamSink } from './sinks.ts';
import { eventually, recordedMetrics } from './testing/recorded-metrics.ts';

const stream = 'usage';
const fast = { collectMs: 1, backOffMs: 5 };
const records = (count: number, from = 0) => Array.from({ length: count }, (_, n) => ({ id: `r${n + from}` }));

describe('createRedisStreamSink()', () => {
  let redis: RunningRedis;
  let client: Redis;

  beforeEach(async () => {
    redis = await startRedis();
    client = connect(redis.port);
  });
  afterEach(async () => {
    client.disconnect();
    await redis.stop();
  });

  function connect(port: number): Redis {
    const made = new Redis({
      port,
      host: '127.0.0.1',
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 500,
      retryStrategy: () => 20,
    });
    made.on('error', () => undefined);
    return made;
  }

  async function entries(): Promise<unknown[]> {
    const found = await client.xrange(stream, '-', '+').catch(() => []);
    return found.map(([, [field, json, ...more]]): unknown => {
      expect([field, more]).toEqual(['record', []]);
      return JSON.parse(json ?? 'null');
    });
  }

  it('adds an entry for each record, in order', async () => {
    const metrics = recordedMetrics();
    const sink = createRedisStreamSink({ client, stream, maxLength: 100_000 }, { ...fast, batch: 50, metrics });
    for (const record of records(500)) sink.write(record);
    await eventually(() => metrics.counts.written === 500);
    expect(await entries()).toEqual(records(500));
    await sink.close(1000);
    // The connection is somebody else's.
    expect(await client.ping()).toBe('PONG');
  });

  it('keeps the stream near its length', async () => {
    const metrics = recordedMetrics();
    const sink = createRedisStreamSink({ client, stream, maxLength: 200 }, { ...fast, metrics });
    for (const record of records(2000)) sink.write(record);
    await eventually(() => metrics.counts.written === 2000);
    const length = await client.xlen(stream);
    expect(length).toBeGreaterThanOrEqual(200);
    expect(length).toBeLessThan(500);
    await sink.close(1000);
  });

  it('keeps records while Redis is dead, and misses none when it comes back', async () => {
    const metrics = recordedMetrics();
    const sink = createRedisStreamSink({ client, stream, maxLength: 100_000 }, { ...fast, batch: 20, metrics });
    for (const record of records(100)) sink.write(record);
    await eventually(() => metrics.counts.written === 100);
    const { port } = redis;
    await redis.stop();
    for (const record of records(100, 100)) sink.write(record);
    await eventually(() => metrics.counts.failed.length >= 2);
    expect(metrics.counts.written).toBe(100);
    redis = await startRedis({ port });
    await eventually(() => metrics.counts.written === 200);
    expect(await entries()).toEqual(records(100, 100));
    expect(metrics.counts.dropped).toEqual({});
    await sink.close(1000);
  });

  it('may say a record twice and never leaves one out when Redis hangs', async () => {
    const metrics = recordedMetrics();
    const sink = createRedisStreamSink({ client, stream, maxLength: 100_000 }, { ...fast, batch: 20, metrics });
    await eventually(() => client.status === 'ready');
    await redis.pause();
    for (const record of records(60)) sink.write(record);
    await eventually(() => metrics.counts.failed.length >= 1);
    await redis.resume();
    await eventually(() => metrics.counts.written === 60);
    const ids = new Set((await entries()).map((entry) => (entry as { id: string }).id));
    expect([...ids]).toEqual(records(60).map(({ id }) => id));
    await sink.close(1000);
  });

  it('counts what Redis refuses, and tells the kind of error alone', async () => {
    await eventually(() => client.status === 'ready');
    await client.set(stream, 'not a stream');
    const metrics = recordedMetrics();
    const sink = createRedisStreamSink({ client, stream, maxLength: 10 }, { ...fast, metrics });
    for (const record of records(3)) sink.write(record);
    await eventually(() => metrics.counts.failed.length >= 1);
    await sink.close(20);
    expect(new Set(metrics.counts.failed)).toEqual(new Set(['WRONGTYPE']));
    expect(metrics.counts.dropped).toEqual({ closed: 3 });
  });
});
