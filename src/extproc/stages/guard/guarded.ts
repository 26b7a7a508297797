import { DecisionDraft } from '../../../guard/decision.ts';
import { longestBuffered } from '../../../guard/lane.ts';
import type { Vault } from '../../../guard/redaction/vault.ts';
import type { CancelJudgement } from '../../../guard/remote-judge.ts';
import type { GuardRule, TextRole } from '../../../guard/rule.ts';
import type { RuleTimes } from '../../../guard/rule-times.ts';
import type { Rejection } from '../../rejection.ts';
import type { Guards } from './guards.ts';

/** A text of a streamed answer as the local rules have left it. */
export interface HeardText {
  readonly role: TextRole;
  text: string;
}

/** What the guard knows of one request, from its arrival to its end. */
export class Guarded {
  readonly guards: Guards;
  readonly vault: Vault;
  readonly draft = new DecisionDraft();
  /** Calls that nobody needs any more when the caller has gone. */
  readonly calls = new Set<CancelJudgement>();
  readonly remoteMs = new Map<GuardRule, number>();
  /** Of the local rules; undefined: nobody will read it. */
  readonly times: RuleTimes | undefined;
  /** Texts of a streamed answer for services that are asked when it is over. */
  readonly heard: HeardText[] = [];
  private heardLength = 0;
  private observing = 0;
  private onObserved: (() => void) | undefined = undefined;
  requestMs = 0;
  responseMs = 0;
  restored = 0;
  leftovers = 0;
  rejection: Rejection | undefined = undefined;

  /** Runs a callback of a service for the request: `exchange.contain`. */
  readonly contain: (work: () => void) => void;

  constructor(guards: Guards, vault: Vault, contain: (work: () => void) => void, times?: RuleTimes) {
    this.guards = guards;
    this.vault = vault;
    this.contain = contain;
    this.times = times;
  }

  /**
   * Keeps a text of a streamed answer for services that only observe; undefined: there are none for this role. A stream
   * may be of any length: what comes behind the bound is not observed.
   */
  listener(role: TextRole): ((piece: string) => void) | undefined {
    if (!this.guards.response.remoteRules(role).some(({ action }) => action === 'observe')) return undefined;
    const heard: HeardText = { role, text: '' };
    this.heard.push(heard);
    return (piece) => {
      const kept = piece.slice(0, longestBuffered - this.heardLength);
      heard.text += kept;
      this.heardLength += kept.length;
    };
  }

  beginObserving(): void {
    this.observing++;
  }

  endObserving(): void {
    this.observing--;
    if (this.observing === 0) this.onObserved?.();
  }

  /** Calls back when no service is being asked any more; at once if none is. */
  whenObserved(done: () => void): void {
    if (this.observing === 0) done();
    else this.onObserved = done;
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
