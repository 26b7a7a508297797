import type { ObjectStatus } from '../statuses.ts';

/** What people wait for: Gateways, then what has just changed. Thousands that a start has to tell come after it. */
export function byUrgency(
  statuses: readonly ObjectStatus[],
  before: ReadonlyMap<string, ObjectStatus>,
): readonly ObjectStatus[] {
  const ranks: readonly ObjectStatus[][] = [[], [], []];
  for (const each of statuses) {
    const isNew = before.get(each.id)?.status !== each.status;
    ranks[each.status.shape === 'gateway' ? 0 : isNew ? 1 : 2]?.push(each);
  }
  return ranks.flat();
}
