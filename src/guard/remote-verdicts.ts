import { byPosition, type Candidate } from './candidate.ts';
import { compose } from './compose.ts';
import { type RuleFinding, stronger, type Verdict } from './decision.ts';
import { wholeOf } from './excerpt.ts';
import type { Hiding } from './redaction/hiding.ts';
import { replacement } from './redaction/replacement.ts';
import type { Vault } from './redaction/vault.ts';
import type { RemoteReason, RemoteText, RemoteVerdict } from './remote-judge.ts';
import { type GuardRule, type Phase, redactionOf } from './rule.ts';

export interface RemoteAnswer {
  readonly rule: GuardRule;
  readonly verdict: RemoteVerdict;
}

export interface RemoteJudgement {
  readonly verdict: Verdict;
  readonly findings: readonly RuleFinding[];
  readonly blockedBy: GuardRule | undefined;
  /** In the order in which they were asked about. Of no use when blocked. */
  readonly texts: readonly string[];
  /** Rules that nobody answered, and which were passed over since they fail open. */
  readonly failedOpen: readonly GuardRule[];
}

/** Entity of the finding of a rule whose service did not answer: `unjudged:timeout`. */
const unjudged = 'unjudged';

/**
 * What the answers of all remote rules come to, about texts that the local rules have redacted already: a service is told
 * no more than the provider.
 */
export function applyVerdicts(
  texts: readonly RemoteText[],
  answers: readonly RemoteAnswer[],
  vault: Vault,
  phase: Phase,
): RemoteJudgement {
  const hiding: Hiding = { vault, phase };
  const findings = answers.flatMap((answer, order) => findingsOf(answer, order));
  const failedOpen = answers.filter(isPassedOver).map((answer) => answer.rule);
  const blocking = answers.find((answer) => isBlocking(answer));
  const verdict = findings.reduce<Verdict>((verdict, finding) => stronger(verdict, finding.rule.action), 'allow');
  return {
    verdict: blocking === undefined ? verdict : 'block',
    findings,
    blockedBy: blocking?.rule,
    texts: blocking === undefined ? texts.map(({ text }, index) => redacted(text, index, answers, hiding)) : [],
    failedOpen,
  };
}

function isPassedOver({ rule, verdict }: RemoteAnswer): boolean {
  return verdict.kind === 'failed' && (rule.action === 'observe' || rule.remote?.onFailure === 'open');
}

function isBlocking(answer: RemoteAnswer): boolean {
  const { rule, verdict } = answer;
  switch (verdict.kind) {
    case 'allow':
      return false;
    case 'failed':
      // A rule that redacts and could not look has nothing to give out either.
      return !isPassedOver(answer);
    case 'found':
      return rule.action === 'block' && verdict.spans.length > 0;
    case 'replaced':
    case 'blocked':
      return rule.action === 'block';
  }
}

function findingsOf({ rule, verdict }: RemoteAnswer, order: number): readonly Candidate[] {
  switch (verdict.kind) {
    case 'allow':
      return [];
    case 'found':
      return verdict.spans.map((span) => candidate(rule, order, span));
    case 'replaced':
    case 'blocked':
      return reasonsOf(verdict.reasons).map((reason) => candidate(rule, order, { ...reason, start: 0, end: 0 }));
    case 'failed':
      // Who is passed over has blocked nothing, whatever the rule would have done.
      return [
        candidate(isPassedOver({ rule, verdict }) ? { ...rule, action: 'observe' } : rule, order, {
          entity: `${unjudged}:${verdict.reason}`,
          score: 0,
          start: 0,
          end: 0,
        }),
      ];
  }
}

/** A verdict leaves a trace, also when the service gives no reason. */
function reasonsOf(reasons: readonly RemoteReason[]): readonly Pick<RemoteReason, 'entity' | 'score'>[] {
  return reasons.length > 0 ? reasons : [{ entity: 'flagged', score: 1 }];
}

function candidate(
  rule: GuardRule,
  order: number,
  { start, end, entity, score }: Pick<Candidate, 'start' | 'end' | 'entity' | 'score'>,
): Candidate {
  return { start, end, entity, score, validator: undefined, rule, order, isRest: false };
}

function redacted(text: string, index: number, answers: readonly RemoteAnswer[], hiding: Hiding): string {
  const spans: Candidate[] = [];
  const wordings = new Set<string>();
  let hider: GuardRule | undefined;
  for (const [order, { rule, verdict }] of answers.entries()) {
    if (rule.action !== 'redact') continue;
    if (verdict.kind === 'found') {
      for (const span of verdict.spans) {
        if (span.text === index) spans.push(...within(text, candidate(rule, order, span)));
      }
    } else if (verdict.kind === 'replaced') {
      const wording = verdict.texts[index];
      if (wording === undefined) hider ??= rule;
      else if (wording !== text) wordings.add(wording);
    } else if (verdict.kind === 'blocked' && isAbout(verdict.reasons, index)) {
      hider ??= rule;
    }
    // Two wordings, or one and spans of the old one, cannot both be had.
    if (wordings.size > 1 || (wordings.size === 1 && spans.length > 0)) hider ??= rule;
  }
  if (hider !== undefined) return hidden(hider, text, hiding);
  for (const wording of wordings) return wording;
  return compose(wholeOf(text), 0, text.length, spans.sort(byPosition), hiding).output;
}

/** Positions come from somebody else: those outside of the text would shift everything behind them. */
function within(text: string, span: Candidate): readonly Candidate[] {
  const start = Math.max(0, Math.min(text.length, Math.trunc(span.start)));
  const end = Math.max(0, Math.min(text.length, Math.trunc(span.end)));
  return end > start ? [{ ...span, start, end }] : [];
}

function isAbout(reasons: readonly RemoteReason[], index: number): boolean {
  return reasons.length === 0 || reasons.some((reason) => reason.text === undefined || reason.text === index);
}

function hidden(rule: GuardRule, text: string, hiding: Hiding): string {
  const redaction = redactionOf(rule, rule.name);
  return replacement(redaction.style === 'mask' ? { ...redaction, keepLast: 0 } : redaction, rule.name, text, hiding);
}
