import type { Cluster, Redis } from 'ioredis';
import type { Delivered, Delivery, EncodedRecord } from './delivery.ts';

export interface RedisStreamOptions {
  /** Connected by the caller, who also ends it. Should fail at once while it is away, since the queue is here. */
  readonly client: Redis | Cluster;
  /** Key of the stream. */
  readonly stream: string;
  /** Roughly so many entries are kept: Redis trims whole nodes, which costs nothing. */
  readonly maxLength: number;
}

/** The field of an entry that holds the record. */
const recordField = 'record';

/**
 * Entries of a stream, each with one field, `record`. All of a batch go out at once; where some fail, those and all
 * behind them go out again, so that entries may stand twice and none is missing.
 */
export function redisStreamDelivery({ client, stream, maxLength }: RedisStreamOptions): Delivery {
  return {
    async deliver(records: readonly EncodedRecord[]): Promise<Delivered> {
      const pipeline = client.pipeline();
      for (const { json } of records) pipeline.xadd(stream, 'MAXLEN', '~', maxLength, '*', recordField, json);
      try {
        const replies = (await pipeline.exec()) ?? [];
        const failed = replies.findIndex(([error]) => error !== null);
        if (failed === -1 && replies.length === records.length) return { count: records.length };
        return { count: Math.max(0, failed), error: kindOf(replies[failed]?.[0]) };
      } catch (error) {
        return { count: 0, error: kindOf(error) };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Redis begins its errors with a word in capitals: `OOM`, `WRONGTYPE`, `READONLY`. What follows may name anything. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no connection';
  return /^[A-Z]{3,20}(?= )/.exec(error.message)?.[0] ?? 'no connection';
}
