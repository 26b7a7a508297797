import { limitHeaders } from '../../../limits/headers.ts';
import type { ReserveOutcome } from '../../../limits/store.ts';
import type { Exchange } from '../../exchange.ts';
import { type Rejection, renderRejection } from '../../rejection.ts';
import type { Verdict } from '../../verdict.ts';
import { type Charge, viewOf } from './charge.ts';

/** What the SDKs of OpenAI and Anthropic obey: without it they try a 429 again, and wait no longer than a minute. */
const shouldRetry = 'x-should-retry';
const longestWaitMs = 60_000;

/** Answers a request for which there is no room, or for which nobody can say whether there is. */
export function refuse(
  exchange: Exchange,
  charges: readonly Charge[],
  outcome: Exclude<ReserveOutcome, { readonly kind: 'admitted' }>,
  now: number,
): Verdict {
  if (outcome.kind === 'unavailable') return exchange.reject('limits_unavailable');
  const { index, figures, modes, reason, retryAfterMs } = outcome;
  const refusing = charges[index];
  const rejection = rejectionOf(refusing, outcome);
  const limits = charges.flatMap((charge, at) => {
    const figure = figures[at];
    return figure === undefined ? [] : [viewOf(charge, figure)];
  });
  // The error brings its own `retry-after`.
  const headers = limitHeaders({ dialect: exchange.dialect, limits, now, modes }).flat();
  if (reason !== 'store-failure') {
    const isSoon = retryAfterMs !== undefined && retryAfterMs <= longestWaitMs;
    headers.push(shouldRetry, String(isSoon && refusing?.isBudget !== true));
  }
  return respond(exchange, rejection, headers);
}

/** Answers a request that a budget is for, and that nobody can say the price of. */
export function refuseUnpriced(exchange: Exchange, limit: string): Verdict {
  return respond(exchange, { code: 'budget_exceeded', params: { limit, shortage: 'price' } }, [shouldRetry, 'false']);
}

function respond(exchange: Exchange, rejection: Rejection, headers: readonly string[]): Verdict {
  exchange.rejection = rejection;
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
  const left = figures[index]?.remaining ?? 0;
  if (refusing.isBudget) {
    // How much money that is, is for its owner to tell.
    const shortage = left === 0 ? {} : ({ shortage: 'little' } as const);
    return { code: 'budget_exceeded', params: { ...params, ...shortage } };
  }
  const { item, source, unit } = refusing;
  const least = Math.min(item.amount, item.atLeast ?? item.amount);
  const isTooLarge = reason === 'too-large';
  const why = isTooLarge
    ? `the request needs ${least} ${words[unit]}, more than the limit "${source.name}" allows at all`
    : `the limit "${source.name}" has ${left} ${words[unit]} left`;
  return { code: 'rate_limited', params: { ...params, reason: why, isTooLarge } };
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
