import { descriptorTarget, fileTarget } from './file-target.ts';
import { LineDelivery } from './line-delivery.ts';
import { QueuedSink, type QueueOptions } from './queued-sink.ts';
import type { RecordSink } from './record-sink.ts';
import { type RedisStreamOptions, redisStreamDelivery } from './redis-stream-delivery.ts';

/** Lines of JSON in a file; `-`: on standard output. */
export function createLineSink(path: string, options?: QueueOptions): RecordSink {
  return new QueuedSink(new LineDelivery(path === '-' ? descriptorTarget(1) : fileTarget(path)), options);
}

export function createRedisStreamSink(stream: RedisStreamOptions, options?: QueueOptions): RecordSink {
  return new QueuedSink(redisStreamDelivery(stream), options);
}
