import type { Problem } from '../../policy/problem.ts';
import type { Condition } from './condition.ts';
import { bounded, nackMessage, problemsMessage } from './message.ts';
import type { Verdict } from './verdict.ts';

/** The conditions that every kind has in the same words. Each speaks of one generation. */
export type Say = (type: Condition['type'], status: Condition['status'], reason: string, message: string) => Condition;

export function sayOf(generation: number): Say {
  return (type, status, reason, message) => ({
    type,
    status,
    reason,
    message: bounded(message),
    observedGeneration: generation,
  });
}

/** Something a document wanted to be part of, and was not let. */
export interface Refused {
  readonly reason: string;
  readonly message: string;
}

const stays = 'The last version that was accepted stays in force.';

/**
 * `blocking`: the problems that keep this kind from being accepted. A refusal by an egress pod does so too: what is not
 * served is not accepted.
 */
export function accepted(say: Say, verdict: Verdict, blocking: readonly Problem[], refused?: Refused): Condition {
  const standIn = verdict.isStale ? ` ${stays}` : '';
  const [first] = blocking;
  if (first !== undefined) {
    return say('Accepted', 'False', first.reason ?? 'Invalid', `${problemsMessage(blocking)}.${standIn}`);
  }
  if (refused !== undefined) return say('Accepted', 'False', refused.reason, refused.message);
  if (verdict.nack !== undefined) {
    return say(
      'Accepted',
      'False',
      'Refused',
      `${nackMessage(verdict.nack)}. What was accepted before, if anything, stays in force.`,
    );
  }
  if (verdict.isStale) return standsIn(say, verdict.references);
  return say('Accepted', 'True', 'Accepted', 'It is valid and in force.');
}

/** The new version would have been accepted with what it cannot resolve; the old one resolved everything. */
function standsIn(say: Say, references: readonly Problem[]): Condition {
  const [first] = references;
  if (first === undefined) return say('Accepted', 'False', 'Invalid', stays);
  return say('Accepted', 'False', first.reason ?? 'Invalid', `${problemsMessage(references)}. ${stays}`);
}

export function resolvedRefs(say: Say, { references }: Verdict): Condition {
  const [first] = references;
  return first === undefined
    ? say('ResolvedRefs', 'True', 'ResolvedRefs', 'Everything it refers to is there.')
    : say('ResolvedRefs', 'False', first.reason ?? 'BackendNotFound', `${problemsMessage(references)}.`);
}

/** Nothing, where there is nothing to warn of. */
export function warning(say: Say, { warnings }: Verdict): readonly Condition[] {
  const [first] = warnings;
  if (first === undefined) return [];
  return [say('Warning', 'True', first.reason ?? 'WithoutEffect', `${problemsMessage(warnings)}.`)];
}
