import type { Route } from '../../../program/program.ts';
import type { PlannedTarget } from '../../exchange.ts';

/** Envoy is told one attempt after the other: a chain must not grow without bound. */
const mostAttempts = 16;

/**
 * The targets in the order of the attempts. Usually each is asked once; a route may say how many attempts there are in
 * all, and how many before the next priority's turn. When all have failed, they are asked again from the start.
 */
export function attemptsOf(route: Route, ordered: readonly PlannedTarget[]): readonly PlannedTarget[] {
  if (route.mostAttempts === 0) return ordered;
  const round = route.attemptsPerPriority === 0 ? ordered : roundOf(ordered, route.attemptsPerPriority);
  const most = Math.min(route.mostAttempts, mostAttempts);
  return Array.from({ length: most }, (_, n) => round[n % round.length] as PlannedTarget);
}

/** The targets of each priority so often, in turn. */
function roundOf(ordered: readonly PlannedTarget[], perPriority: number): readonly PlannedTarget[] {
  const round: PlannedTarget[] = [];
  let start = 0;
  while (start < ordered.length) {
    let end = start + 1;
    while (ordered[end]?.target.priority === ordered[start]?.target.priority) end++;
    for (let n = 0; n < perPriority; n++) round.push(ordered[start + (n % (end - start))] as PlannedTarget);
    start = end;
  }
  return round;
}
