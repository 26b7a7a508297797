import { getOrCreate } from '../lib/get-or-create.ts';
import { type Counter, type Histogram, latencyBuckets, type MetricsRegistry } from '../lib/metrics.ts';
import type { Ending, Exchange } from './exchange.ts';
import { isFailure } from './failed-status.ts';
import type { WatchOutcome } from './watched/attempt-watch.ts';

/** What the engine counts. Every call on the hot path writes numbers into typed arrays and nothing else. */
export interface EngineMetrics {
  exchangeStarted(): void;
  exchangeEnded(exchange: Exchange, how: Ending): void;
  message(kind: number): void;
  /** The response headers of a provider, or of Envoy in its place, have arrived. */
  responseStarted(exchange: Exchange, now: number): void;
  laterAttempt(outcome: LaterAttemptOutcome): void;
  watchedResponse(outcome: WatchOutcome): void;
  notReady(): void;
  decodeError(): void;
  internalError(): void;
  unexpectedMessage(): void;
}

export type LaterAttemptOutcome = 'prepared' | 'relayed' | 'refused' | 'unknown';

interface ApiSeries {
  /** By first digit of the status; 0 for a caller that left before there was one. */
  readonly byClass: readonly Counter[];
  readonly responseStart: Histogram;
}

interface AttemptSeries {
  readonly answered: Counter;
  readonly failed: Counter;
}

const messageKinds = [
  'none',
  'none',
  'request_headers',
  'response_headers',
  'request_body',
  'response_body',
  'request_trailers',
  'response_trailers',
] as const;

const statusClasses = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

export function createEngineMetrics(metrics: MetricsRegistry): EngineMetrics {
  const requests = metrics.counter('sluice_requests_total', 'Requests, by API and status class.', [
    'api',
    'status_class',
  ] as const);
  const responseStart = metrics.histogram(
    'sluice_response_start_seconds',
    'From the request to the response headers, all attempts included.',
    latencyBuckets,
    ['api'] as const,
  );
  const rejections = metrics.counter('sluice_rejections_total', 'Errors of our own, by code.', ['code'] as const);
  const attempts = metrics.counter('sluice_attempts_total', 'Attempts at providers, by provider and outcome.', [
    'provider',
    'outcome',
  ] as const);
  const fallbacks = metrics.counter('sluice_fallbacks_total', 'Requests answered by a later attempt than the first.');
  const endings = metrics.counter('sluice_exchanges_ended_total', 'Exchanges, by how they ended.', ['how'] as const);
  const later = metrics.counter('sluice_later_attempts_total', 'Streams that prepare a later attempt.', [
    'outcome',
  ] as const);
  const watched = metrics.counter('sluice_watched_responses_total', 'Responses watched for hidden failures.', [
    'outcome',
  ] as const);
  const messages = metrics.counter('sluice_extproc_messages_total', 'Messages from Envoy.', ['kind'] as const);
  const byKind = messageKinds.map((kind) => messages.of(kind));
  const open = metrics.gauge('sluice_exchanges_open', 'Exchanges in progress.');
  const notReady = metrics.counter('sluice_not_ready_total', 'Requests refused because there is no program yet.');
  const decodeErrors = metrics.counter('sluice_decode_errors_total', 'Messages from Envoy that could not be read.');
  const internalErrors = metrics.counter('sluice_internal_errors_total', 'Failures inside the processor.');
  const unexpected = metrics.counter(
    'sluice_unexpected_messages_total',
    'Messages that do not belong where they came.',
  );

  const byEnding: Readonly<Record<Ending, Counter>> = {
    done: endings.of('done'),
    rejected: endings.of('rejected'),
    reset: endings.of('reset'),
    timedOut: endings.of('timed_out'),
  };
  const byOutcome: Readonly<Record<LaterAttemptOutcome, Counter>> = {
    prepared: later.of('prepared'),
    relayed: later.of('relayed'),
    refused: later.of('refused'),
    unknown: later.of('unknown'),
  };
  const byWatchOutcome: Readonly<Record<WatchOutcome, Counter>> = {
    passed: watched.of('passed'),
    error: watched.of('error'),
    broken: watched.of('broken'),
    unjudged: watched.of('unjudged'),
    left: watched.of('left'),
  };
  const apis = new Map<string, ApiSeries>();
  const providers = new Map<string, AttemptSeries>();

  function seriesOf(exchange: Exchange): ApiSeries {
    const api = exchange.api?.name ?? 'none';
    return getOrCreate(apis, api, () => ({
      byClass: statusClasses.map((statusClass) => requests.of(api, statusClass)),
      responseStart: responseStart.of(api),
    }));
  }

  function attemptsAt(provider: string): AttemptSeries {
    return getOrCreate(providers, provider, () => ({
      answered: attempts.of(provider, 'answered'),
      failed: attempts.of(provider, 'failed'),
    }));
  }

  return {
    exchangeStarted() {
      open.add(1);
    },
    exchangeEnded(exchange, how) {
      open.add(-1);
      byEnding[how].increment();
      seriesOf(exchange).byClass[Math.floor(exchange.status / 100)]?.increment();
      if (exchange.rejection !== undefined) rejections.of(exchange.rejection.code).increment();
    },
    message(kind) {
      byKind[kind]?.increment();
    },
    responseStarted(exchange, now) {
      seriesOf(exchange).responseStart.observe((now - exchange.startedAt) / 1000);
      const count = exchange.attempts;
      for (let i = 0; i < count; i++) {
        const provider = exchange.targets[i]?.provider.name;
        if (provider === undefined) continue;
        const series = attemptsAt(provider);
        (i === count - 1 && !isFailure(exchange.status) ? series.answered : series.failed).increment();
      }
      if (count > 1 && !isFailure(exchange.status)) fallbacks.increment();
    },
    laterAttempt(outcome) {
      byOutcome[outcome].increment();
    },
    watchedResponse(outcome) {
      byWatchOutcome[outcome].increment();
    },
    notReady() {
      notReady.increment();
    },
    decodeError() {
      decodeErrors.increment();
    },
    internalError() {
      internalErrors.increment();
    },
    unexpectedMessage() {
      unexpected.increment();
    },
  };
}
