import type { Cost } from '../../../llm/price/cost.ts';
import { withUsageIncluded } from '../../../llm/stream/include-usage.ts';
import type { UsageRecord } from '../../../llm/usage/record.ts';
import type { Usage } from '../../../llm/usage/usage.ts';
import type { Budget, Limit } from '../../../program/limit.ts';
import { isUnlisted, type Program } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import { factsOf } from '../../facts.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { Meter } from './meter.ts';
import { usageRecord } from './usage-record.ts';

export interface AccountOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly record: (record: UsageRecord, program: Program) => void;
  /** For the metrics: what a provider was asked for. Only of requests that are measured. */
  readonly onUsage?: (of: MeasuredUsage) => void;
}

export interface MeasuredUsage {
  /** The logical model, unless callers choose its name, and the provider; empty: unknown. */
  readonly model: string;
  readonly provider: string;
  readonly usage: Usage;
  readonly cost: Cost;
}

const events = /^\s*text\/event-stream\s*(?:;|$)/i;

/** Measures what requests use, where somebody needs to know, and writes it down. */
export function account({ now, record, onUsage }: AccountOptions): Stage {
  const meters = new WeakMap<Exchange, Meter>();
  const limits: Limit[] = [];
  const budgets: Budget[] = [];
  return {
    name: 'account',
    request(exchange) {
      const { json, api, program } = exchange;
      if (json === undefined || api === undefined) return verdict.proceed;
      if (!isRecorded(program) && !isCounted(exchange)) return verdict.proceed;
      const meter = new Meter(exchange, api.name, json);
      meters.set(exchange, meter);
      exchange.metering = meter;
      exchange.listener = meter;
      if (exchange.isStream && program.settings.includeUsage) includeUsage(exchange, api.name, json);
      return verdict.proceed;
    },
    responseHeaders(exchange, message) {
      const meter = meters.get(exchange);
      if (meter !== undefined) meter.isEvents = events.test(message.header('content-type') ?? '');
      return verdict.proceed;
    },
    end(exchange, how) {
      const { program, key, api } = exchange;
      const meter = meters.get(exchange);
      if (meter?.wasAsked() === true) onUsage?.(measured(exchange, meter));
      if (!isRecorded(program) || key === undefined || api === undefined || exchange.listing !== undefined) return;
      record(usageRecord(exchange, meter, how, now(), performance.now()), program);
    },
  };

  /** Limits of requests can be kept without a look at what comes back. */
  function isCounted(exchange: Exchange): boolean {
    const { program } = exchange;
    if (program.limits.all.length === 0 && program.budgets.all.length === 0) return false;
    const facts = factsOf(exchange);
    program.budgets.collect(facts, budgets);
    if (budgets.length > 0) return true;
    program.limits.collect(facts, limits);
    return limits.some(isOfAnswers);
  }
}

/** Others count what is known of a request before it leaves. */
function isOfAnswers({ unit, cost }: Limit): boolean {
  return unit === 'cost' ? cost !== undefined : unit !== 'requests' && unit !== 'concurrency';
}

function isRecorded({ settings: { usageRecords } }: Program): boolean {
  return usageRecords.file !== '' || usageRecords.redisStream !== '';
}

function measured({ model, program }: Exchange, meter: Meter): MeasuredUsage {
  return {
    model: model === undefined || isUnlisted(program, model) ? '' : model.name,
    provider: meter.answeredBy()?.provider.name ?? '',
    usage: meter.usage(),
    cost: meter.cost(),
  };
}

/** The caller does not see what it did not ask for. Whoever does not take the member removes it with its provider. */
function includeUsage(exchange: Exchange, api: string, json: object): void {
  const { streamOptions } = withUsageIncluded(api, json);
  if (streamOptions === undefined) return;
  exchange.bodyEdits = [{ name: 'stream_options', json: streamOptions }];
  exchange.hidesUsage = true;
}
