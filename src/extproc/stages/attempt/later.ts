import { internalHeaders, watchedAs } from '../../../contract.ts';
import type { Answer } from '../../answer.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import type { Incoming } from '../../wire/incoming.ts';
import { bodyFor } from './body.ts';
import { changesFor, namesOf, setHeaders } from './changes.ts';
import { upstreamPath } from './path.ts';
import { callersHeader } from './withheld.ts';

/**
 * Builds attempt 2 or later from the original request. All attempts share one header map, so whatever the ones before
 * may have changed is set or restored here.
 */
export function prepareLaterAttempt(exchange: Exchange, attempt: number, answer: Answer, message: Incoming): Verdict {
  const planned = exchange.targets[attempt - 1];
  if (planned === undefined) return exchange.reject('internal');
  const { provider } = planned;
  const cluster = message.attribute('xds.cluster_name');
  // What is prepared for one provider must not go to another, whatever made Envoy choose it.
  if (cluster !== undefined && cluster !== provider.cluster) return exchange.reject('internal');

  answer.set(':path', upstreamPath(exchange, provider));
  restoreHeaders(exchange, attempt, planned, answer);
  setHeaders(exchange, planned, changesFor(planned), answer);
  const ownCredential = exchange.key?.credentials?.get(provider.name);
  if (ownCredential === undefined) answer.remove(internalHeaders.credential);
  else answer.set(internalHeaders.credential, ownCredential);

  // Taken off on the attempt before, like everything internal. Whole bodies need no mark: this stream watches them.
  if (exchange.isWatched && exchange.isStream) answer.set(internalHeaders.watch, watchedAs.stream);

  if (exchange.body.length > 0) {
    // Also where it is the original one: the body at hand is what attempt 1 made of it.
    answer.body = bodyFor(exchange, planned) ?? exchange.body;
    answer.replace = true;
    answer.set(internalHeaders.contentLength, String(answer.body.length));
  }
  return verdict.proceed;
}

/** Headers that an earlier attempt set or removed get the caller's value back, unless this attempt sets them itself. */
function restoreHeaders(exchange: Exchange, attempt: number, planned: PlannedTarget, answer: Answer): void {
  const changes = changesFor(planned);
  const touched = new Set(changes.removeHeaders);
  // Who may choose the payer at one provider may not at the next.
  for (const name of exchange.payers?.keys() ?? []) touched.add(name);
  for (let n = 0; n < attempt - 1; n++) {
    for (const name of touchedBy(exchange.targets[n])) touched.add(name);
  }
  const set = new Set([...namesOf(changes.setHeaders), ...namesOf(changes.addHeaders)]);
  for (const name of touched) {
    if (set.has(name)) continue;
    const original = changes.removeHeaders.includes(name) ? undefined : callersHeader(exchange, planned, name);
    if (original === undefined) answer.remove(name);
    else answer.set(name, original);
  }
}

function touchedBy(planned: PlannedTarget | undefined): readonly string[] {
  if (planned === undefined) return [];
  const { setHeaders: set, addHeaders, removeHeaders } = changesFor(planned);
  return [...namesOf(set), ...namesOf(addHeaders), ...removeHeaders];
}
