import type { TraceSpan, Tracing } from '../../../lib/trace.ts';
import type { Ending, Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { attemptFields, requestFields } from './fields.ts';

/** One span for each request. Those of its attempts stand below it, begun by `traceAttempts`. */
export function trace(tracing: Tracing): Stage {
  return {
    name: 'trace',
    requestHeaders(exchange, message) {
      // Nobody listens: not even the fields below are put together.
      if (!tracing.isOn) return verdict.proceed;
      exchange.span = tracing.startRequest('Gateway request', (name) => message.header(name), {
        'http.request.method': exchange.method,
        'url.path': exchange.path.split('?', 1)[0],
        'sluice.request_id': exchange.requestId,
      });
      return verdict.proceed;
    },
    laterAttempt(exchange, attempt) {
      const { status, failure } = exchange.trail?.outcomeOf(attempt - 1) ?? {};
      exchange.attemptSpan?.set({ 'http.response.status_code': status });
      endAttempt(exchange, attempt - 1, failure ?? (status === undefined ? 'the attempt failed' : `status ${status}`));
      startAttempt(exchange, attempt);
      return verdict.proceed;
    },
    responseHeaders(exchange, message) {
      if (exchange.attemptSpan === undefined) return verdict.proceed;
      const status = Number(message.header(':status'));
      exchange.attemptSpan.set({ 'http.response.status_code': status });
      // The attempt stage may not have been asked about every attempt, but the last one is who answered.
      endAttempt(exchange, Number(message.attribute('upstream.request_attempt_count') ?? 1), failureOf(status));
      return verdict.proceed;
    },
    end(exchange, how) {
      const { span } = exchange;
      if (span === undefined) return;
      endSpan(exchange.attemptSpan, how === 'done' ? undefined : 'no answer');
      span.set(requestFields(exchange));
      endSpan(span, failureOfEnding(exchange, how));
    },
  };
}

/** One span for each attempt at a provider: of the first one when it leaves, of the others as they follow. */
export const traceAttempts: Stage = {
  name: 'trace-attempts',
  request(exchange) {
    startAttempt(exchange, 1);
    return verdict.proceed;
  },
};

function startAttempt(exchange: Exchange, attempt: number): void {
  if (exchange.span === undefined) return;
  exchange.attemptSpan = exchange.span.child('Provider routing', {
    'sluice.attempt': attempt,
    ...attemptFields(exchange, attempt),
  });
}

function endAttempt(exchange: Exchange, attempt: number, failure: string | undefined): void {
  if (exchange.attemptSpan === undefined) return;
  exchange.attemptSpan.set(attemptFields(exchange, attempt));
  endSpan(exchange.attemptSpan, failure);
  // It was answered: how the request ends is nothing that it is told as well.
  exchange.attemptSpan = undefined;
}

function endSpan(span: TraceSpan | undefined, failure: string | undefined): void {
  // The conventions want the bare number of a status.
  if (failure !== undefined) span?.set({ 'error.type': failure.replace(/^status /, '') });
  span?.end(failure);
}

function failureOf(status: number): string | undefined {
  return status >= 400 ? `status ${status}` : undefined;
}

function failureOfEnding(exchange: Exchange, how: Ending): string | undefined {
  if (exchange.rejection !== undefined) return exchange.rejection.code;
  return how === 'done' || how === 'rejected' ? failureOf(exchange.status) : how;
}
