import { byPosition, type Candidate } from './candidate.ts';
import { compose } from './compose.ts';
import { type RuleFinding, stronger, type Verdict } from './decision.ts';
import { type Lane, watch } from './lane.ts';
import { protectedSpans } from './redaction/protected-spans.ts';
import { isWithin } from './redaction/span.ts';
import type { Vault } from './redaction/vault.ts';
import type { GuardRule, Phase } from './rule.ts';
import type { RuleTimes } from './rule-times.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** All of them, in order of position. */
  readonly findings: readonly RuleFinding[];
  /** The rule whose finding comes first, among those that block. */
  readonly blockedBy: GuardRule | undefined;
  /** The text itself when nothing is replaced. With a block: what stands before it, which is what a stream lets out. */
  readonly redactedText: string;
}

const nothing: readonly RuleFinding[] = [];

export function judge(
  lane: Lane,
  text: string,
  vault: Vault,
  phase: Phase,
  field: string | undefined,
  times: RuleTimes | undefined,
): Judgement {
  const candidates: Candidate[] = [];
  times?.start();
  for (const watched of lane.incremental) {
    watch(watched, text, 0, 0, text.length, candidates, field);
    times?.lap(watched);
  }
  for (const watched of lane.whole) {
    watch(watched, text, 0, 0, text.length, candidates, field);
    times?.lap(watched);
  }
  if (candidates.length === 0) {
    return { verdict: 'allow', findings: nothing, blockedBy: undefined, redactedText: text };
  }
  const spans = protectedSpans(text, 0, text.length, vault, phase);
  const findings = candidates.filter((candidate) => !isWithin(candidate, spans)).sort(byPosition);
  return settle(findings, text, vault, phase);
}

function settle(findings: readonly Candidate[], text: string, vault: Vault, phase: Phase): Judgement {
  const block = firstBlock(findings);
  const redactions = redactionsBefore(findings, block);
  const until = block?.start ?? text.length;
  return {
    verdict: findings.reduce<Verdict>((verdict, finding) => stronger(verdict, finding.rule.action), 'allow'),
    findings,
    blockedBy: block?.rule,
    redactedText: compose(text, 0, 0, until, redactions, vault, phase).output,
  };
}

/** Of those at the same place, that of the first rule. `findings` are in order of position. */
export function firstBlock(findings: readonly Candidate[]): Candidate | undefined {
  let first: Candidate | undefined;
  for (const finding of findings) {
    if (finding.rule.action !== 'block') continue;
    if (first === undefined || (finding.start === first.start && finding.order < first.order)) first = finding;
    if (finding.start > first.start) break;
  }
  return first;
}

/** What is to be replaced. Behind the start of a block nothing matters any more. */
export function redactionsBefore(findings: readonly Candidate[], block: Candidate | undefined): readonly Candidate[] {
  return findings.filter(
    (finding) => finding.rule.action === 'redact' && (block === undefined || finding.start < block.start),
  );
}
