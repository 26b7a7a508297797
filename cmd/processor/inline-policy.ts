import type { StageOptions } from '../../src/extproc/stages/order.ts';
import { createRemoteJudges } from '../../src/guard/remote/index.ts';
import type { Logger } from '../../src/lib/log.ts';
import { latencyBuckets, type MetricsRegistry } from '../../src/lib/metrics.ts';
import type { Program } from '../../src/program/program.ts';
import { createRecordMetrics, createRecords } from './sinks.ts';
import { createStores } from './stores.ts';
import { createUsageMetrics } from './usage-metrics.ts';

export interface InlinePolicy {
  readonly options: Pick<StageOptions, 'guard' | 'account' | 'limit'>;
  /** A program is in force: connects to what it names. Cheap for one that is already. */
  prepare(program: Program): void;
  /** Delivers and settles what is left. */
  close(): Promise<void>;
}

/** At the end of the process records are delivered for so long. */
const lastRecordsMs = 3_000;

/** What guards, accounting and limits need of the world: services, stores, and places for records. */
export function createInlinePolicy(log: Logger, metrics: MetricsRegistry, index: number): InlinePolicy {
  const sinkMetrics = createRecordMetrics(log, metrics);
  const usage = createRecords(({ settings }) => settings.usageRecords, sinkMetrics('usage'));
  const decisions = createRecords(({ settings }) => settings.decisionRecords, sinkMetrics('decision'));
  const stores = createStores(log, metrics, index);
  const remoteCalls = metrics.histogram(
    'sluice_guard_remote_seconds',
    'Calls of content safety services.',
    latencyBuckets,
    ['service', 'outcome'] as const,
  );
  const judges = createRemoteJudges({
    now: () => performance.now(),
    measured: (service, outcome, ms) => remoteCalls.of(service, outcome).observe(ms / 1_000),
  });
  const verdicts = metrics.counter('sluice_guard_decisions_total', 'Requests that a guardrail applied to.', [
    'guardrail',
    'verdict',
  ] as const);
  const limited = metrics.counter('sluice_limit_decisions_total', 'Requests that a limit or budget applied to.', [
    'limit',
    'outcome',
  ] as const);
  const alerts = metrics.counter('sluice_budget_alerts_total', 'Thresholds of budgets that were passed.', [
    'budget',
    'percent',
  ] as const);
  return {
    options: {
      guard: {
        remotes:
          ({ secrets }) =>
          (rule) =>
            judges.judgeFor(rule, (name) => secrets.get(name)),
        record: decisions.write,
        onDecision: (guardrail, verdict) => verdicts.of(guardrail, verdict).increment(),
      },
      account: { record: usage.write, onUsage: createUsageMetrics(metrics) },
      limit: {
        storeOf: stores.storeOf,
        onDecision: (limit, outcome) => limited.of(limit, outcome).increment(),
        onAlert({ budget, counter, percent, used, limit }) {
          alerts.of(budget, String(percent)).increment();
          log.warn({ budget, counter, percent, used, limit }, 'a threshold of a budget was passed');
        },
      },
    },
    prepare(program) {
      const { limits, budgets } = program;
      if (limits.all.length > 0 || budgets.all.length > 0) stores.storeOf(program);
    },
    async close() {
      judges.close();
      await Promise.all([stores.close(), usage.close(lastRecordsMs), decisions.close(lastRecordsMs)]);
    },
  };
}
