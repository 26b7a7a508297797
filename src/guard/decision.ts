import type { Action, GuardRule, Severity } from './rule.ts';

/** A finding and the rule that it was found for. Holds positions, never what stands there. */
export interface RuleFinding {
  readonly rule: GuardRule;
  /** UTF-16 index into the text, or into everything that came through the channel. */
  readonly start: number;
  /** Excluded. */
  readonly end: number;
  readonly entity: string;
  readonly score: number;
  readonly validator: string | undefined;
}

export type Verdict = 'allow' | 'observe' | 'redact' | 'block';

/** One row of a decision record. */
export interface Tally {
  readonly guardrail: string;
  readonly rule: string;
  readonly action: Action;
  readonly severity: Severity;
  readonly entity: string;
  readonly count: number;
  /** The highest. */
  readonly score: number;
}

/** What the guard did to one request and its response. Values that were found cannot be in it: nobody hands them over. */
export interface Decision {
  readonly verdict: Verdict;
  readonly blockedBy: { readonly guardrail: string; readonly rule: string } | undefined;
  /** In the order in which they were first found. */
  readonly tallies: readonly Tally[];
}

/** Collects the findings of all texts and channels of one request. */
export class DecisionDraft {
  readonly #tallies = new Map<GuardRule, Map<string, { count: number; score: number }>>();
  #blockedBy: GuardRule | undefined = undefined;

  add(finding: { readonly rule: GuardRule; readonly entity: string; readonly score: number }): void {
    let ofRule = this.#tallies.get(finding.rule);
    if (ofRule === undefined) {
      ofRule = new Map();
      this.#tallies.set(finding.rule, ofRule);
    }
    const tally = ofRule.get(finding.entity);
    if (tally === undefined) {
      ofRule.set(finding.entity, { count: 1, score: finding.score });
    } else {
      tally.count += 1;
      tally.score = Math.max(tally.score, finding.score);
    }
  }

  addAll(findings: readonly RuleFinding[]): void {
    for (const finding of findings) this.add(finding);
  }

  /** The first one counts: a later block changes nothing any more. */
  block(rule: GuardRule): void {
    this.#blockedBy ??= rule;
  }

  finish(): Decision {
    const tallies: Tally[] = [];
    let verdict: Verdict = 'allow';
    for (const [rule, ofRule] of this.#tallies) {
      verdict = stronger(verdict, rule.action);
      for (const [entity, { count, score }] of ofRule) {
        const { guardrail, action, severity } = rule;
        tallies.push({ guardrail, rule: rule.name, action, severity, entity, count, score });
      }
    }
    const blocking = this.#blockedBy;
    return {
      verdict: blocking === undefined ? verdict : 'block',
      blockedBy: blocking && { guardrail: blocking.guardrail, rule: blocking.name },
      tallies,
    };
  }
}

const strength = { allow: 0, observe: 1, redact: 2, block: 3 } as const;

export function stronger(one: Verdict, other: Verdict): Verdict {
  return strength[other] > strength[one] ? other : one;
}
