import { limitHeaders } from '../../../limits/headers.ts';
import type { ReserveOutcome } from '../../../limits/store.ts';
import type { Exchange } from '../../exchange.ts';
import { type Rejection, renderRejection } from '../../rejection.ts';
import type { Verdict } from '../../verdict.ts';
import { type Charge, viewOf } from './charge.ts';

/** Nobody knows when one of the requests that run is over. Clients wait longer each time that they come in vain. */
const retryAtOnceMs = 1_000;

/** Answers a request for which there is no room, or for which nobody can say whether there is. */
export function refuse(
  exchange: Exchange,
  charges: readonly Charge[],
  outcome: Exclude<ReserveOutcome, { readonly kind: 'admitted' }>,
  now: number,
): Verdict {
  if (outcome.kind === 'unavailable') return exchange.reject('limits_unavailable');
  const { index, figures, modes, reason } = outcome;
  const refusing = charges[index];
  const retryAfterMs =
    refusing?.unit === 'concurrency' && reason === 'exhausted' ? retryAtOnceMs : outcome.retryAfterMs;
  const rejection = rejectionOf(refusing, { ...outcome, retryAfterMs });
  const limits = charges.flatMap((charge, at) => {
    const figure = figures[at];
    return figure === undefined ? [] : [viewOf(charge, figure)];
  });
  // The error brings its own `retry-after`.
  const headers = limitHeaders({ dialect: exchange.dialect, limits, now, modes }).flat();
  exchange.rejection = rejection;
  if (retryAfterMs !== undefined) headers.push('x-should-retry', refusing?.isBudget === true ? 'false' : 'true');
  return exchange.respondWith(renderRejection(rejection, exchange.dialect, exchange.requestId, headers));
}

function rejectionOf(
  refusing: Charge | undefined,
  { reason, retryAfterMs, index, figures }: Extract<ReserveOutcome, { readonly kind: 'refused' }>,
): Rejection {
  if (reason === 'store-failure' || refusing === undefined) return { code: 'limits_unavailable', params: {} };
  const retryAfterSeconds = retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const params = {
    limit: refusing.source.name,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  if (refusing.isBudget) return { code: 'budget_exceeded', params };
  const left = figures[index]?.remaining ?? 0;
  const why =
    reason === 'too-large'
      ? `the request needs ${refusing.item.amount} ${words[refusing.unit]}, more than the limit allows at all`
      : `the limit "${refusing.source.name}" has ${left} ${words[refusing.unit]} left`;
  return { code: 'rate_limited', params: { ...params, reason: why } };
}

const words: Readonly<Record<Charge['unit'], string>> = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  concurrency: 'places',
  cost: 'cost units',
  nanoUsd: 'nano-USD',
};
