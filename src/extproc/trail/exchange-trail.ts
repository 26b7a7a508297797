import { failedAnswersField, metadataNamespaces } from '../../contract.ts';
import type { Exchange } from '../exchange.ts';
import type { Incoming } from '../wire/incoming.ts';
import { AttemptTrail, type FailedAnswers } from './attempt-trail.ts';

/** The trail of a request, from the first time that there is something to be told of its attempts. */
export function trailOf(exchange: Exchange): AttemptTrail {
  exchange.trail ??= new AttemptTrail(exchange.leftAt, patienceOf(exchange));
  return exchange.trail;
}

/** What Envoy has collected so far. */
export function failedAnswers({ program }: Exchange, message: Incoming): FailedAnswers {
  if (!program.settings.collectsFailedAnswers) return undefined;
  const collected = String(message.metadata(metadataNamespaces.failed, failedAnswersField) ?? '');
  return (collected.match(/\d{3}/g) ?? []).map(Number);
}

/** How long Envoy waits for the answer to one attempt; 0: not known. */
function patienceOf({ route, isStream }: Exchange): number {
  if (route === undefined || route.attemptTimeoutMs === 0) return 0;
  return isStream && route.firstTokenTimeoutMs > 0 ? route.firstTokenTimeoutMs : route.attemptTimeoutMs;
}
