import { limitHeaders } from '../../../limits/headers.ts';
import type { ReserveOutcome } from '../../../limits/store.ts';
import type { Exchange } from '../../exchange.ts';
import { type Rejection, renderRejection } from '../../rejection.ts';
import type { Verdict } from '../../verdict.ts';
import type { Charge } from './charge.ts';
import { shownLimits, shownModes } from './shown.ts';

/** What the SDKs of OpenAI and Anthropic obey: without it they try a 429 again, and wait no longer than a minute. */
const shouldRetry = 'x-should-retry';
const longestWaitMs = 60_000;

/** When to look again where nobody knows when a request that runs ends. */
const lookAgainMs = 1_000;

type Refused = Extract<ReserveOutcome, { readonly kind: 'refused' }>;

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
  const isOnlyHeld = isHeldByWhatRuns(refusing, outcome);
  const retryAfterMs = isOnlyHeld ? lookAgainMs : outcome.retryAfterMs;
  const rejection = rejectionOf(refusing, { ...outcome, retryAfterMs }, isOnlyHeld);
  const shown = { limits: shownLimits(charges, figures), modes: shownModes(charges, modes) };
  // The error brings its own `retry-after`.
  const headers = limitHeaders({ dialect: exchange.dialect, ...shown, now }).flat();
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
  return exchange.respondWith(renderRejection(rejection, exchange, headers));
}

/**
 * Whether a limit that admits while anything is left has something left but for what running requests hold. They end long
 * before the window does, and give back what they did not use.
 */
function isHeldByWhatRuns(refusing: Charge | undefined, { reason, index, figures }: Refused): boolean {
  const figure = figures[index];
  if (reason !== 'exhausted' || refusing === undefined || figure === undefined) return false;
  const { source, item } = refusing;
  const asksForRest = 'admitsWhileAnythingIsLeft' in source && source.admitsWhileAnythingIsLeft;
  return asksForRest && figure.reserved > 0 && figure.used - figure.reserved < item.counter.limit;
}

function rejectionOf(
  refusing: Charge | undefined,
  { reason, retryAfterMs, index, figures }: Refused,
  isOnlyHeld: boolean,
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
    : `the limit "${source.name}" has ${left} ${words[unit]} left${isOnlyHeld ? ' beside what is running' : ''}`;
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
