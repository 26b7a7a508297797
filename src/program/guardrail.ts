import type { GuardRule as RuleOfGuardrail } from '../guard/rule.ts';
import type { Scoped } from './scope.ts';

/** Rules for what may be said. All that match apply together: block beats redact beats observe. */
export interface Guardrail extends Scoped {
  readonly name: string;
  /** Of its content, for decision records. */
  readonly version: string;
  /** Decides and records, changes nothing, whatever its rules say. */
  readonly isObserving: boolean;
  readonly rules: readonly GuardRule[];
}

/** What the guard understands. Which guardrail a rule belongs to stands around it. */
export type GuardRule = Omit<RuleOfGuardrail, 'guardrail'>;
