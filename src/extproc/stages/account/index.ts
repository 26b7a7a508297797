import { withUsageIncluded } from '../../../llm/stream/include-usage.ts';
import type { UsageRecord } from '../../../llm/usage/record.ts';
import type { Program } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { Meter } from './meter.ts';
import { usageRecord } from './usage-record.ts';

export interface AccountOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly record: (record: UsageRecord, program: Program) => void;
}

const events = /^\s*text\/event-stream\s*(?:;|$)/i;

/** Measures what requests use, where somebody needs to know, and writes it down. */
export function account({ now, record }: AccountOptions): Stage {
  const meters = new WeakMap<Exchange, Meter>();
  return {
    name: 'account',
    request(exchange) {
      const { json, api, program } = exchange;
      if (!isNeeded(program) || json === undefined || api === undefined) return verdict.proceed;
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
      if (!isRecorded(program) || key === undefined || api === undefined || exchange.listing !== undefined) return;
      record(usageRecord(exchange, meters.get(exchange), how, now(), performance.now()), program);
    },
  };
}

function isRecorded({ settings: { usageRecords } }: Program): boolean {
  return usageRecords.file !== '' || usageRecords.redisStream !== '';
}

function isNeeded(program: Program): boolean {
  return isRecorded(program) || program.limits.all.length > 0 || program.budgets.all.length > 0;
}

/** The caller does not see what it did not ask for. Whoever does not take the member removes it with its provider. */
function includeUsage(exchange: Exchange, api: string, json: object): void {
  const { streamOptions } = withUsageIncluded(api, json);
  if (streamOptions === undefined) return;
  exchange.bodyEdits = [{ name: 'stream_options', json: streamOptions }];
  exchange.hidesUsage = true;
}
