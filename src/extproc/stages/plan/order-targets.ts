import { unitOf } from '../../../program/hash32.ts';
import type { PlannedTarget } from '../../exchange.ts';

/**
 * Priority by priority; within one, drawn by weight without putting back (Efraimidis and Spirakis: each target draws an
 * exponential time with its weight as rate, the earliest comes first). With a seed the draws are hashes of seed and
 * target instead (weighted rendezvous): the same seed gives the same order, and a target that comes or goes moves only
 * the seeds that preferred it.
 */
export function orderTargets(
  byPriority: readonly PlannedTarget[],
  seed: number | undefined,
  random: () => number,
): PlannedTarget[] {
  const ordered: PlannedTarget[] = [];
  const times: number[] = [];
  let groupStart = 0;
  let priority = Number.NaN;
  for (const planned of byPriority) {
    const { target } = planned;
    if (target.priority !== priority) {
      priority = target.priority;
      groupStart = ordered.length;
    }
    // 1 - random() is never 0, whose logarithm is not a time.
    const draw = seed === undefined ? 1 - random() : unitOf(seed, target.hash);
    const time = -Math.log(draw) / target.weight;
    let at = ordered.length;
    while (at > groupStart && (times[at - 1] as number) > time) {
      ordered[at] = ordered[at - 1] as PlannedTarget;
      times[at] = times[at - 1] as number;
      at--;
    }
    ordered[at] = planned;
    times[at] = time;
  }
  return ordered;
}
