import { exchangeField, internalHeaders, watchedAs } from '../../../contract.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { hiddenFailureStatus } from '../../watched/attempt-watch.ts';
import { structField } from '../../wire/struct-field.ts';
import { bodyFor } from './body.ts';
import { chainOf } from './chain.ts';
import { changesFor, setHeaders } from './changes.ts';
import { prepareLaterAttempt } from './later.ts';
import { upstreamPath } from './path.ts';
import { noteWithheld, withhold } from './withheld.ts';

/** What the stage needs of the registry: a request that may be tried again must be found by the stream that does. */
export interface KeptExchanges {
  idOf(exchange: { readonly number: number }): string;
  add(exchange: Exchange): void;
}

const attemptLimitHeader = 'x-envoy-max-retries';
const attemptTimeoutHeader = 'x-envoy-upstream-rq-per-try-timeout-ms';
const retryOnHeader = 'x-envoy-retry-on';
const retriableStatusHeader = 'x-envoy-retriable-status-codes';

/**
 * Prepares what leaves. Attempt 1 in the answer to the request itself, together with the chain that Envoy is to follow;
 * later ones when they are due.
 */
export function attempt(kept: KeptExchanges): Stage {
  return {
    name: 'attempt',
    requestHeaders(exchange, message) {
      noteWithheld(exchange, message);
      return verdict.proceed;
    },
    request(exchange) {
      const { answer, targets } = exchange;
      const first = targets[0];
      if (first === undefined) throw new Error('a request without a target came to the attempt stage');
      const { provider } = first;
      answer.set(internalHeaders.profile, exchange.route?.profile ?? exchange.program.settings.defaultProfile);
      // Without it there is one attempt.
      if (targets.length > 1) answer.set(attemptLimitHeader, String(targets.length - 1));
      const path = upstreamPath(exchange, provider);
      if (path !== exchange.path) answer.set(':path', path);

      withhold(exchange, first, answer);
      const changes = changesFor(first);
      for (const name of changes.removeHeaders) answer.remove(name);
      setHeaders(exchange, first, changes, answer);
      const ownCredential = exchange.key?.credentials?.get(provider.name);
      if (ownCredential !== undefined) answer.set(internalHeaders.credential, ownCredential);

      const body = bodyFor(exchange, first);
      if (body !== undefined) {
        answer.body = body;
        answer.set('content-length', String(body.length));
      }

      answer.typedMetadata = chainOf(targets);
      answer.clearRouteCache = true;
      exchange.json = undefined;
      exchange.hasLeft = true;
      if (isToBeWatched(exchange)) watchAttempts(exchange);
      // What is to be read on the way must not be compressed.
      if (isToBeRead(exchange)) answer.remove('accept-encoding');
      if (targets.length > 1 || exchange.isWatched) {
        // By this Envoy's later attempts find the way back.
        answer.routeFields.push(structField(exchangeField, kept.idOf(exchange)));
        kept.add(exchange);
      }
      if (targets.length > 1) exchange.keepBody();
      else exchange.releaseRequest();
      return verdict.proceed;
    },
    laterAttempt: prepareLaterAttempt,
  };
}

/** An error in the body is looked for in every response, a first token only where there is a stream. */
function isToBeWatched({ route, isStream }: Exchange): boolean {
  return route !== undefined && (route.watchBody || (isStream && route.firstTokenTimeoutMs > 0));
}

function isToBeRead({ isWatched, responseTexts, listener }: Exchange): boolean {
  return isWatched || responseTexts !== undefined || listener !== undefined;
}

function watchAttempts(exchange: Exchange): void {
  const { answer, route, isStream } = exchange;
  exchange.isWatched = true;
  answer.set(internalHeaders.watch, isStream ? watchedAs.stream : watchedAs.body);
  // Adds to what the profile retries: our own status, and a body that breaks off or a first token that is late, which
  // to the router are a reset and a time-out before the headers.
  answer.set(retryOnHeader, 'reset,retriable-status-codes');
  answer.set(retriableStatusHeader, String(hiddenFailureStatus));
  // The headers of a watched stream are held back until its first token, so Envoy's own time-out for the attempt's
  // headers is the one for the first token.
  if (isStream && route !== undefined && route.firstTokenTimeoutMs > 0) {
    answer.set(attemptTimeoutHeader, String(route.firstTokenTimeoutMs));
  }
}
