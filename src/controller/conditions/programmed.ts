import { noReach, type Reach } from '../rollout/reach.ts';
import type { Condition } from './condition.ts';
import type { Say } from './document-conditions.ts';
import { type Fields, listOf } from './fields.ts';
import { nackMessage, namesOf } from './message.ts';
import type { Outcome } from './outcome.ts';

/** What is known of the egress pods of some gateways together. */
export interface Standing {
  /** Of all replicas of the controller that answer. */
  readonly reach: Reach;
  /** Ready pods of which a half or the whole is connected to none of these replicas. */
  readonly unseen: number;
  readonly isPublished: boolean;
  /** Replicas that do not say how their clients stand. */
  readonly silent: readonly string[];
}

/**
 * Gateways without a pod carry no traffic and miss nothing, so they hold up nobody: not one broken gateway everything
 * that is meant for all of them.
 */
export function standingOf(outcome: Outcome, gateways: Iterable<string>): Standing {
  let reach = noReach;
  let unseen = 0;
  for (const gateway of gateways) {
    const own = outcome.reach.get(gateway) ?? noReach;
    const ready = outcome.provisioned.get(gateway)?.readyPods ?? 0;
    reach = {
      envoys: reach.envoys + own.envoys,
      processors: reach.processors + own.processors,
      missing: [...reach.missing, ...own.missing],
    };
    unseen += Math.max(0, ready - own.envoys, ready - own.processors);
  }
  return { reach, unseen, isPublished: outcome.isPublished, silent: outcome.silent };
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
  const { reach, unseen, isPublished, silent } = standing;
  const pending = (message: string): Condition => say('Programmed', 'False', 'Pending', message);
  if (reach.missing.length > 0) return pending(`It waits for ${namesOf(reach.missing)}.`);
  if (silent.length > 0) {
    const unknown = 'it is not known how the pods of all replicas of the controller stand';
    return say('Programmed', 'Unknown', 'Pending', `No answer from ${namesOf(silent)}, so ${unknown}.`);
  }
  if (unseen > 0) return pending(`Ready egress pods that are connected to no replica of the controller: ${unseen}.`);
  if (reach.envoys === 0) return pending('No egress pod is connected.');
  if (reach.processors === 0) return pending('No processor is connected.');
  return isPublished ? yes : pending('It is on its way to the egress pods.');
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
