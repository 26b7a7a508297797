import type { Problem } from '../../policy/problem.ts';
import type { Condition } from './condition.ts';
import { type Say, sayOf } from './document-conditions.ts';
import { listOf } from './fields.ts';
import { problemsMessage } from './message.ts';
import type { Outcome } from './outcome.ts';
import { withoutReferences } from './references.ts';
import type { Verdict } from './verdict.ts';

/** A route of which some rules are wrong and others are not, while something of it is in force. */
export interface PartlyInvalid {
  readonly errors: readonly Problem[];
  /** As they are written: `spec.rules[1]`. */
  readonly rules: readonly string[];
  /** All of the route as it was then, in place of what is right now. */
  readonly olderGeneration?: number;
}

/** Nothing where all of the route is wrong, or nothing. Its parents may refuse it all the same. */
export function partlyInvalid(
  {
    id,
    spec,
    verdict,
  }: { readonly id: string; readonly spec: { readonly rules?: unknown }; readonly verdict: Verdict },
  outcome: Pick<Outcome, 'olderGeneration'>,
): PartlyInvalid | undefined {
  const { errors, isStale, nack } = withoutReferences(verdict);
  const rules = new Set(errors.map(({ path }) => /^spec\.rules\[\d+\]/.exec(path)?.[0]));
  if (nack !== undefined || rules.size === 0 || rules.size >= listOf(spec.rules).length) return undefined;
  const known = [...rules].filter((rule) => rule !== undefined);
  if (known.length < rules.size) return undefined;
  if (!isStale) return { errors, rules: known };
  const olderGeneration = outcome.olderGeneration(id);
  return olderGeneration === undefined ? undefined : { errors, rules: known, olderGeneration };
}

/** Gateway API wants these words at the beginning of the messages, and this generation of what is accepted. */
export function partlyAccepted(say: Say, { errors, rules, olderGeneration }: PartlyInvalid): readonly Condition[] {
  const reason = errors[0]?.reason ?? 'UnsupportedValue';
  const wrong = `${problemsMessage(errors)}.`;
  if (olderGeneration === undefined) {
    const dropped = `Dropped Rule: ${rules.join(', ')}; what can be read of the matches is answered with 500.`;
    return [
      say('Accepted', 'True', 'Accepted', 'It is in force but for the rules that PartiallyInvalid names.'),
      say('PartiallyInvalid', 'True', reason, `${dropped} ${wrong}`),
    ];
  }
  const older = `generation ${olderGeneration}`;
  const message = `It is in force as it was in ${older}; PartiallyInvalid says what is wrong with it now.`;
  return [
    sayOf(olderGeneration)('Accepted', 'True', 'Accepted', message),
    say('PartiallyInvalid', 'True', reason, `Fall Back to ${older}, all of which is in force. ${wrong}`),
  ];
}

export function olderIsProgrammed(say: Say, olderGeneration: number): Condition {
  const message = `It is not in force; generation ${olderGeneration} is, in its place.`;
  return say('Programmed', 'False', 'Invalid', message);
}
