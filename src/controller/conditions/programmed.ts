import { isComplete, noReach, type Reach } from '../rollout/reach.ts';
import type { Condition } from './condition.ts';
import type { Say } from './document-conditions.ts';
import { type Fields, listOf } from './fields.ts';
import { nackMessage, namesOf } from './message.ts';
import type { Outcome } from './outcome.ts';

/** What is known of the egress pods of some gateways together. */
export interface Standing {
  readonly reach: Reach;
  /**
   * Ready pods of which a half or the whole is connected to other replicas of the controller: Envoy and processor of
   * one pod each choose their own.
   */
  readonly elsewhere: number;
  readonly isPublished: boolean;
}

/**
 * Gateways without a pod carry no traffic and miss nothing, so they hold up nobody: not one broken gateway everything
 * that is meant for all of them.
 */
export function standingOf(outcome: Outcome, gateways: Iterable<string>): Standing {
  let reach = noReach;
  let elsewhere = 0;
  for (const gateway of gateways) {
    const own = outcome.reach.get(gateway) ?? noReach;
    const ready = outcome.provisioned.get(gateway)?.readyPods ?? 0;
    reach = {
      envoys: reach.envoys + own.envoys,
      processors: reach.processors + own.processors,
      missing: [...reach.missing, ...own.missing],
    };
    elsewhere += own.envoys === 0 || own.processors === 0 ? ready : 0;
  }
  return { reach, elsewhere, isPublished: outcome.isPublished };
}

/**
 * Once all pods have accepted a generation it stays programmed, whatever is published after it and however pods come
 * and go: a pod becomes ready only when it has everything. So a restart of the controller or of a pod writes nothing.
 * The memory of that is the condition itself, as it stands in the object.
 */
export function programmed(say: Say, standing: Standing, before: readonly Fields[], nack?: string): Condition {
  const yes = say('Programmed', 'True', 'Programmed', 'Every egress pod that is connected has accepted it.');
  if (nack !== undefined) return say('Programmed', 'False', 'Invalid', `${nackMessage(nack)}.`);
  if (before.some((each) => isSame(each, yes))) return yes;
  const { reach, elsewhere, isPublished } = standing;
  if (isPublished && isComplete(reach)) return yes;
  // All replicas hand out the same, and a pod is ready only with a complete configuration.
  const hasAllHere = reach.envoys > 0 && reach.processors > 0;
  if (isPublished && !hasAllHere && reach.missing.length === 0 && elsewhere > 0) return yes;
  if (reach.envoys === 0) return say('Programmed', 'False', 'Pending', 'No egress pod is connected.');
  if (reach.processors === 0) return say('Programmed', 'False', 'Pending', 'No processor is connected.');
  if (reach.missing.length === 0) return say('Programmed', 'False', 'Pending', 'It is on its way to the egress pods.');
  return say('Programmed', 'False', 'Pending', `It waits for ${namesOf(reach.missing)}.`);
}

export function notAccepted(say: Say): Condition {
  return say('Programmed', 'False', 'Invalid', 'It is not accepted.');
}

/** Of a status, or of one entry of it. */
export function conditionsIn(place: Fields): readonly Fields[] {
  return listOf(place.conditions);
}

function isSame(before: Fields, { type, status, observedGeneration }: Condition): boolean {
  return before.type === type && before.status === status && before.observedGeneration === observedGeneration;
}
