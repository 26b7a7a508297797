import type { ReserveItem } from './store.ts';

/** What may take all of its counter, and would take more, takes all of it. */
export function cutToLimit(item: ReserveItem): ReserveItem {
  if (item.isCutToLimit !== true) return item;
  const { amount, atLeast, counter } = item;
  return {
    ...item,
    amount: Math.min(amount, counter.limit),
    ...(atLeast !== undefined && { atLeast: Math.min(atLeast, counter.limit) }),
  };
}
