import type { Tracing } from '../../../lib/trace.ts';
import type { Ending, Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';

/** One span for each request, and one below it for each attempt at a provider. Names follow the GenAI conventions. */
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
    request(exchange) {
      exchange.attemptSpan = exchange.span?.child('Provider routing', { 'sluice.attempt': 1 });
      return verdict.proceed;
    },
    laterAttempt(exchange, attempt) {
      const { status, failure } = exchange.trail?.outcomeOf(attempt - 1) ?? {};
      exchange.attemptSpan?.set({ 'http.response.status_code': status });
      endAttempt(exchange, attempt - 1, failure ?? (status === undefined ? 'the attempt failed' : `status ${status}`));
      exchange.attemptSpan = exchange.span?.child('Provider routing', { 'sluice.attempt': attempt });
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
      const { span, key, model, api } = exchange;
      if (span === undefined) return;
      exchange.attemptSpan?.end(how === 'done' ? undefined : 'no answer');
      span.set({
        'gen_ai.operation.name': api?.name,
        'gen_ai.request.model': exchange.modelInBody || undefined,
        'sluice.model': model?.name,
        'sluice.key': key?.name,
        'sluice.user': key?.user || undefined,
        'sluice.team': key?.team || undefined,
        'sluice.attempts': exchange.attempts || undefined,
        'http.response.status_code': exchange.status || undefined,
      });
      span.end(failureOfEnding(exchange, how));
    },
  };
}

function endAttempt(exchange: Exchange, attempt: number, failure: string | undefined): void {
  const planned = exchange.targets[attempt - 1];
  exchange.attemptSpan?.set({
    'sluice.provider': planned?.provider.name,
    'gen_ai.response.model': planned?.target.model || undefined,
  });
  exchange.attemptSpan?.end(failure);
}

function failureOf(status: number): string | undefined {
  return status >= 400 ? `status ${status}` : undefined;
}

function failureOfEnding(exchange: Exchange, how: Ending): string | undefined {
  if (exchange.rejection !== undefined) return exchange.rejection.code;
  return how === 'done' || how === 'rejected' ? failureOf(exchange.status) : how;
}
