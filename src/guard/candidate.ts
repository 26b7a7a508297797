import type { Finding } from './detector.ts';
import type { GuardRule } from './rule.ts';

/** A finding on its way to a decision. */
export interface Candidate extends Finding {
  readonly rule: GuardRule;
  /** Place of the rule among all. */
  readonly order: number;
  /** What is left of a finding whose beginning has been replaced: it is recorded already. */
  readonly isRest: boolean;
}

/** The order in which candidates are looked at: it must not depend on which detector, or which chunk, came first. */
export function byPosition(one: Candidate, other: Candidate): number {
  if (one.start !== other.start) return one.start - other.start;
  if (one.isRest !== other.isRest) return one.isRest ? -1 : 1;
  if (one.end !== other.end) return other.end - one.end;
  if (one.order !== other.order) return one.order - other.order;
  return one.entity < other.entity ? -1 : one.entity > other.entity ? 1 : 0;
}
