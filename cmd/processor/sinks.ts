import { sha256Hex } from '../../src/lib/hash.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import { connectRedis, type RedisClient } from '../../src/limits/redis/connection.ts';
import type { Program } from '../../src/program/program.ts';
import type { RecordSink as SinkSettings } from '../../src/program/store-settings.ts';
import { combineSinks, type RecordSink, type SinkMetrics } from '../../src/records/record-sink.ts';
import { createLineSink, createRedisStreamSink } from '../../src/records/sinks.ts';
import { redisAccess, redisIdentity } from './redis-target.ts';

/** Records of one kind: where they go may change with the program. */
export interface Records {
  write(record: object, program: Program): void;
  close(deadlineMs: number): Promise<void>;
}

interface Open {
  readonly identity: string;
  readonly sink: RecordSink;
  readonly client: RedisClient | undefined;
}

/** Time in which the sink before delivers what it still holds. */
const lingerMs = 10_000;

export function createRecords(settingsOf: (program: Program) => SinkSettings, sinkMetrics: SinkMetrics): Records {
  let open: Open | undefined;
  let last: Program | undefined;

  function sinkFor(program: Program): RecordSink {
    if (program === last && open !== undefined) return open.sink;
    last = program;
    const settings = settingsOf(program);
    const identity = identityOf(settings, program);
    if (open?.identity !== identity) {
      if (open !== undefined) void close(open, lingerMs);
      open = { identity, ...openSinks(settings, program, sinkMetrics) };
    }
    return open.sink;
  }

  return {
    write: (record, program) => sinkFor(program).write(record),
    close: async (deadlineMs) => {
      if (open !== undefined) await close(open, deadlineMs);
    },
  };
}

async function close({ sink, client }: Open, deadlineMs: number): Promise<void> {
  await sink.close(deadlineMs);
  client?.disconnect();
}

function identityOf(settings: SinkSettings, { settings: { store }, secrets }: Program): string {
  const redis = settings.redisStream !== '' && store.kind === 'redis' ? redisIdentity(store, secrets) : '';
  return sha256Hex(JSON.stringify([settings, redis]));
}

function openSinks(
  { file, redisStream, redisMaxLength }: SinkSettings,
  { settings: { store }, secrets }: Program,
  metrics: SinkMetrics,
): { readonly sink: RecordSink; readonly client: RedisClient | undefined } {
  const sinks: RecordSink[] = [];
  if (file !== '') sinks.push(createLineSink(file, { metrics }));
  let client: RedisClient | undefined;
  if (redisStream !== '' && store.kind === 'redis') {
    const { target, tls } = redisAccess(store, secrets);
    client = connectRedis(target, { ...(tls !== undefined && { tls }), commandTimeoutMs: 2_000 });
    sinks.push(createRedisStreamSink({ client, stream: redisStream, maxLength: redisMaxLength }, { metrics }));
  }
  return { sink: combineSinks(sinks), client };
}

/** What the sinks tell, by the kind of their records. */
export function createRecordMetrics(log: Logger, metrics: MetricsRegistry): (kind: string) => SinkMetrics {
  const kinds = ['kind'] as const;
  const written = metrics.counter('sluice_records_written_total', 'Records delivered, by kind.', kinds);
  const dropped = metrics.counter('sluice_records_dropped_total', 'Records lost, by kind and reason.', [
    'kind',
    'reason',
  ] as const);
  const failed = metrics.counter('sluice_records_failures_total', 'Failed attempts to deliver records.', kinds);
  const waiting = metrics.gauge('sluice_records_waiting', 'Records that are not delivered yet, by kind.', kinds);
  return (kind) => {
    let isFailing = false;
    return {
      written(count) {
        written.of(kind).increment(count);
        isFailing = false;
      },
      dropped(count, reason) {
        dropped.of(kind, reason).increment(count);
        log.error({ kind, reason, count }, 'records are lost');
      },
      failed(cause) {
        failed.of(kind).increment();
        if (!isFailing) log.error({ kind, cause }, 'records cannot be delivered and are kept');
        isFailing = true;
      },
      waiting: (count) => waiting.of(kind).set(count),
    };
  };
}
