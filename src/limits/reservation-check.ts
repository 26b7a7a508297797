import { checkCounter, isAmount } from './counter.ts';
import type { ReserveRequest, Unavailable, UsageRequest } from './store.ts';

const maximumIdLength = 200;

/**
 * Why a request cannot be carried out exactly. A mistake of the calling code, answered as a value because a limit that
 * throws would be a limit that is off.
 */
export function checkReserve(request: ReserveRequest): Unavailable | undefined {
  if (!Number.isSafeInteger(request.ttlMs) || request.ttlMs <= 0) return invalid('the time to live is not positive');
  for (const item of request.items) {
    if (item.atLeast !== undefined && !isAmount(item.atLeast)) return invalid('the least amount is not an amount');
  }
  return checkUsage(request);
}

export function checkUsage(request: Pick<UsageRequest, 'id' | 'items'>): Unavailable | undefined {
  if (request.id === '' || request.id.length > maximumIdLength)
    return invalid('the reservation has no id, or a long one');
  const keys = new Set<string>();
  for (const { counter, amount } of request.items) {
    if (!isAmount(amount)) return invalid(`the amount for ${counter.key} is not a whole number below 2^53`);
    const problem = checkCounter(counter);
    if (problem !== undefined) return invalid(`counter ${counter.key}: ${problem}`);
    if (keys.has(counter.key)) return invalid(`counter ${counter.key} is named twice`);
    keys.add(counter.key);
  }
  return undefined;
}

function invalid(message: string): Unavailable {
  return { kind: 'unavailable', cause: 'invalid', message, mayHaveHappened: false };
}
