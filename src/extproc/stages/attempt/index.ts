import { internalHeaders } from '../../../contract.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { encodeValue, structField } from '../../wire/struct.ts';
import { bodyFor } from './body.ts';
import { chainField } from './chain-field.ts';
import { prepareLaterAttempt } from './later.ts';
import { upstreamPath } from './path.ts';

/** What the stage needs of the registry: a request that may be tried again must be found by the stream that does. */
export interface KeptExchanges {
  idOf(exchange: { readonly number: number }): string;
  add(exchange: Parameters<NonNullable<Stage['request']>>[0]): void;
}

/** Headers in which a caller sent its key, which is nobody's business beyond this point. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key'] as const;

const attemptLimitHeader = 'x-envoy-max-retries';

/**
 * Prepares what leaves. Attempt 1 in the answer to the request itself, together with the chain that Envoy is to follow;
 * later ones when they are due.
 */
export function attempt(kept: KeptExchanges): Stage {
  return {
    name: 'attempt',
    request(exchange) {
      const { answer, targets } = exchange;
      const first = targets[0];
      if (first === undefined) throw new Error('a request without a target came to the attempt stage');
      const { provider } = first;
      answer.set(internalHeaders.profile, exchange.route?.profile ?? exchange.program.settings.defaultProfile);
      answer.set(attemptLimitHeader, String(targets.length - 1));
      const path = upstreamPath(exchange, provider);
      if (path !== exchange.path) answer.set(':path', path);

      for (const name of credentialHeaders) answer.remove(name);
      for (const name of provider.removeHeaders) answer.remove(name);
      for (let i = 0; i < provider.setHeaders.length; i += 2) {
        answer.set(provider.setHeaders[i] as string, provider.setHeaders[i + 1] as string);
      }
      const ownCredential = exchange.key?.credentials?.get(provider.name);
      if (ownCredential !== undefined) answer.set(internalHeaders.credential, ownCredential);

      const body = bodyFor(exchange, first);
      if (body !== undefined) {
        answer.body = body;
        answer.set('content-length', String(body.length));
      }

      answer.routeFields.push(chainField(targets));
      answer.clearRouteCache = true;
      exchange.json = undefined;
      if (targets.length > 1) {
        // By this Envoy's later attempts find the way back; the header it becomes is set anew for each of them.
        answer.routeFields.push(structField('exchange', encodeValue(kept.idOf(exchange))));
        exchange.keepBody();
        kept.add(exchange);
      } else {
        exchange.releaseRequest();
      }
      return verdict.proceed;
    },
    laterAttempt: prepareLaterAttempt,
  };
}
