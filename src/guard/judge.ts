import { byPosition, type Candidate } from './candidate.ts';
import { compose } from './compose.ts';
import { type RuleFinding, stronger, type Verdict } from './decision.ts';
import type { Excerpt } from './excerpt.ts';
import { type Lane, searchOf, watch } from './lane.ts';
import type { Hiding } from './redaction/hiding.ts';
import { protectedSpans } from './redaction/protected-spans.ts';
import { isWithin } from './redaction/span.ts';
import type { GuardRule } from './rule.ts';
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
  hiding: Hiding,
  field: string | undefined,
  times: RuleTimes | undefined,
): Judgement {
  const candidates: Candidate[] = [];
  const search = searchOf(text, field, candidates);
  times?.start();
  for (const watched of lane.incremental) {
    watch(watched, search);
    times?.lap(watched);
  }
  for (const watched of lane.whole) {
    watch(watched, search);
    times?.lap(watched);
  }
  if (candidates.length === 0) {
    return { verdict: 'allow', findings: nothing, blockedBy: undefined, redactedText: text };
  }
  const spans = protectedSpans(search.excerpt, text.length, hiding);
  const findings = candidates.filter((candidate) => !isWithin(candidate, spans)).sort(byPosition);
  return settle(findings, search.excerpt, hiding);
}

function settle(findings: readonly Candidate[], excerpt: Excerpt, hiding: Hiding): Judgement {
  const block = firstBlock(findings);
  const redactions = redactionsBefore(findings, block);
  const until = block?.start ?? excerpt.text.length;
  return {
    verdict: findings.reduce<Verdict>((verdict, finding) => stronger(verdict, finding.rule.action), 'allow'),
    findings,
    blockedBy: block?.rule,
    redactedText: compose(excerpt, 0, until, redactions, hiding).output,
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
