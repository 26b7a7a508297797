import { sha256Hex } from '../../src/lib/hash.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import { connectRedis, type RedisClient } from '../../src/limits/redis/connection.ts';
import type { Program } from '../../src/program/program.ts';
import type { RecordSink as SinkSettings } from '../../src/program/store-settings.ts';
import { combineSinks, dropReasons, type RecordSink, type SinkMetrics } from '../../src/records/record-sink.ts';
import { createLineSink, createRedisStreamSink } from '../../src/records/sinks.ts';
import { perSettings } from './per-settings.ts';
import { redisAccess, redisIdentity } from './redis-target.ts';

/** Records of one kind: where they go may change with the program. */
export interface Records {
  write(record: object, program: Program): void;
  close(deadlineMs: number): Promise<void>;
}

interface Open {
  readonly sink: RecordSink;
  readonly client: RedisClient | undefined;
}

/** A sink that nobody has written to for so long is closed when another has taken its place. */
const lingerMs = 60_000;

/** Time in which it delivers what it still holds. */
const lastDeliveryMs = 10_000;

export function createRecords(settingsOf: (program: Program) => SinkSettings, sinkMetrics: SinkMetrics): Records {
  const sinks = perSettings<Open>({
    identityOf: (program) => identityOf(settingsOf(program), program),
    open: (program) => openSinks(settingsOf(program), program, sinkMetrics),
    close: (open) => close(open, lastDeliveryMs),
    lingerMs,
  });
  return {
    write: (record, program) => sinks.of(program).sink.write(record),
    close: (deadlineMs) => sinks.closeAll((open) => close(open, deadlineMs)),
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
): Open {
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

/** A full queue drops every record that comes: one line for each would fill the disk that is full already. */
const mostOftenMs = 10_000;

/** What the sinks tell, by the kind of their records. `now`: milliseconds of any clock. */
export function createRecordMetrics(
  log: Logger,
  metrics: MetricsRegistry,
  now: () => number = () => performance.now(),
): (kind: string) => SinkMetrics {
  const kinds = ['kind'] as const;
  const written = metrics.counter('sluice_records_written_total', 'Records delivered, by kind.', kinds);
  const dropped = metrics.counter('sluice_records_dropped_total', 'Records lost, by kind and reason.', [
    'kind',
    'reason',
  ] as const);
  const failed = metrics.counter('sluice_records_failures_total', 'Failed attempts to deliver records.', kinds);
  const waiting = metrics.gauge('sluice_records_waiting', 'Records that are not delivered yet, by kind.', kinds);
  return (kind) => {
    // From the start: Prometheus sees no increase in a series that begins with its first loss, and an alert asks for one.
    for (const reason of dropReasons) dropped.of(kind, reason);
    let isFailing = false;
    let lost = 0;
    let toldAt = Number.NEGATIVE_INFINITY;
    return {
      written(count) {
        written.of(kind).increment(count);
        if (isFailing) log.info({ kind }, 'records are delivered again');
        isFailing = false;
      },
      dropped(count, reason) {
        dropped.of(kind, reason).increment(count);
        lost += count;
        if (now() - toldAt < mostOftenMs) return;
        log.error({ kind, reason, count: lost }, 'records are lost');
        lost = 0;
        toldAt = now();
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
