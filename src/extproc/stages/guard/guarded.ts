import { DecisionDraft } from '../../../guard/decision.ts';
import type { Vault } from '../../../guard/redaction/vault.ts';
import type { CancelJudgement } from '../../../guard/remote-judge.ts';
import type { GuardRule } from '../../../guard/rule.ts';
import type { Rejection } from '../../exchange.ts';
import type { Guards } from './guards.ts';

/** What the guard knows of one request, from its arrival to its end. */
export class Guarded {
  readonly guards: Guards;
  readonly vault: Vault;
  readonly draft = new DecisionDraft();
  /** Calls that nobody needs any more when the caller has gone. */
  readonly calls = new Set<CancelJudgement>();
  readonly remoteMs = new Map<GuardRule, number>();
  requestMs = 0;
  responseMs = 0;
  restored = 0;
  leftovers = 0;
  rejection: Rejection | undefined = undefined;

  /** Runs a callback of a service for the request: `exchange.contain`. */
  readonly contain: (work: () => void) => void;

  constructor(guards: Guards, vault: Vault, contain: (work: () => void) => void) {
    this.guards = guards;
    this.vault = vault;
    this.contain = contain;
  }

  /** `isUnjudged`: not for what was found, but because the rule could not look. */
  block(rule: GuardRule, isUnjudged: boolean): void {
    this.draft.block(rule);
    const params = { guardrail: rule.guardrail, rule: rule.name };
    this.rejection ??= isUnjudged
      ? { code: 'guardrail_unavailable', params }
      : {
          code: 'guardrail_violation',
          params: { ...params, ...(rule.message !== undefined && { message: rule.message }) },
        };
  }
}
