import { responseDetailsPrefix, responseHeaders } from '../../../contract.ts';
import { errorStatus } from '../../../errors/table.ts';
import type { CoolDown, Target } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import { isFailure } from '../../failed-status.ts';
import { renderRejection } from '../../rejection.ts';
import type { Stage } from '../../stage.ts';
import { headerText, targetLabel } from '../../target-label.ts';
import { type AttemptOutcome, hiddenAs } from '../../trail/attempt-trail.ts';
import { failedAnswers, trailOf } from '../../trail/exchange-trail.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { type HiddenFailure, hiddenFailureStatus } from '../../watched/attempt-watch.ts';
import type { Incoming } from '../../wire/incoming.ts';
import { localReplyCode } from './local-reply.ts';
import { noAnswer } from './no-answer.ts';
import { providerErrorCode } from './provider-error.ts';

/** Told how each attempt went. */
export type ReportAttempt = (target: Target, isFailure: boolean, coolDown: CoolDown) => void;

/** Code in the details of a provider's error that came behind a 200. */
const hiddenError = 'provider_unreachable';

/** `%RESPONSE_CODE_DETAILS%` of a response that came from a provider; anything else is an answer of Envoy's own. */
const viaUpstream = 'via_upstream';

/** Says who answered, puts our own error in place of Envoy's, and remembers which targets failed. */
export function respond(report: ReportAttempt): Stage {
  return {
    name: 'respond',
    responseHeaders(exchange, message) {
      const details = String(message.attribute('response.code_details') ?? viaUpstream);
      const received = Number(message.header(':status') ?? 0);
      const isProvider = details === viaUpstream;
      exchange.attempts = attemptsOf(exchange, message);
      const hidden = received === hiddenFailureStatus ? exchange.trail?.hiddenFailure(exchange.attempts) : undefined;
      const status = hidden === undefined ? received : errorStatus(hiddenError);
      exchange.status = status;
      if (exchange.attempts > 1) trailOf(exchange).ends(exchange.attempts, failedAnswers(exchange, message));
      exchange.outcome = isProvider ? outcomeOf(received, hidden) : noAnswer(details);
      reportAttempts(exchange, isProvider ? isFailure(status) : true);
      // An answer of ours on a later attempt's stream comes by here as Envoy's.
      if (details.startsWith(responseDetailsPrefix)) return verdict.proceed;
      if (hidden?.reason === 'broken') return replace(exchange, hiddenError);
      if (hidden?.errorBody !== undefined) return respondWithError(exchange, hidden.errorBody);
      const code = isProvider
        ? providerErrorCode(status, message.header('content-type'), exchange)
        : localReplyCode(status, details);
      if (code !== undefined) return replace(exchange, code);
      const { answer } = exchange;
      if (hidden !== undefined) answer.set(':status', String(status));
      // Not the id of the request: Envoy puts it there by itself, over one that the provider may have given.
      forEachHeader(exchange, (name, value) => answer.set(name, value));
      return verdict.proceed;
    },
  };

  function reportAttempts(exchange: Exchange, hasLastFailed: boolean): void {
    const { attempts, targets, route } = exchange;
    if (route === undefined) return;
    for (let n = 1; n <= attempts; n++) {
      const planned = targets[n - 1];
      if (planned !== undefined) report(planned.target, n < attempts || hasLastFailed, route.coolDown);
    }
  }
}

function outcomeOf(status: number, hidden: HiddenFailure | undefined): AttemptOutcome {
  return hidden === undefined ? { status } : { status: 200, failure: hiddenAs[hidden.reason] };
}

function attemptsOf(exchange: Exchange, message: Incoming): number {
  const count = Number(message.attribute('upstream.request_attempt_count') ?? 0);
  return Math.min(Number.isInteger(count) ? count : 0, exchange.targets.length);
}

function replace(exchange: Exchange, code: NonNullable<ReturnType<typeof localReplyCode>>): Verdict {
  const { maxBodyBytes } = exchange.program.settings;
  const rejection = {
    code,
    params: {
      attempts: exchange.attempts,
      ...(exchange.model !== undefined && { model: exchange.model.name }),
      ...(code === 'body_too_large' && { limitBytes: maxBodyBytes }),
    },
  };
  exchange.rejection = rejection;
  const headers: string[] = [];
  forEachHeader(exchange, (name, value) => headers.push(name, value));
  return exchange.respondWith(renderRejection(rejection, exchange, headers));
}

/** A provider's error in place of the stream in which it came: nobody reads events under a status of failure. */
function respondWithError(exchange: Exchange, body: Buffer): Verdict {
  const headers = ['content-type', 'application/json', responseHeaders.requestId, exchange.requestId];
  forEachHeader(exchange, (name, value) => headers.push(name, value));
  return exchange.respondWith({
    status: exchange.status,
    headers,
    body,
    details: `${responseDetailsPrefix}${hiddenError}`,
  });
}

/** What callers learn about the way of their request; nothing if no provider was tried. */
function forEachHeader(exchange: Exchange, visit: (name: string, value: string) => void): void {
  const { attempts, targets, model } = exchange;
  const last = targets[attempts - 1];
  if (last === undefined) return;
  visit(responseHeaders.provider, last.provider.name);
  if (model !== undefined) visit(responseHeaders.model, headerText(model.name));
  let tried = targetLabel(exchange, targets[0] ?? last);
  for (let n = 1; n < attempts; n++) tried += `,${targetLabel(exchange, targets[n] ?? last)}`;
  visit(responseHeaders.attempts, tried);
}
