import type { ReserveItem } from './store.ts';

/** How much has to be left for an item to get anything. Whoever asks for nothing wants to see something left, too. */
export function leastAmount({ amount, atLeast, sharesRest }: Omit<ReserveItem, 'counter'>): number {
  return Math.min(amount, sharesRest === true ? 1 : (atLeast ?? amount));
}
