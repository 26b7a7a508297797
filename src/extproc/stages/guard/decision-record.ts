import type { Tally, Verdict } from '../../../guard/decision.ts';
import type { GuardRule } from '../../../guard/rule.ts';
import type { Ending, Exchange } from '../../exchange.ts';
import type { Guarded } from './guarded.ts';

/** What the guard decided about one request and its answer. Kinds and counts of findings, never what was found. */
export interface DecisionRecord {
  readonly kind: 'decision';
  readonly time: string;
  readonly requestId: string;
  readonly verdict: Verdict;
  readonly key: string;
  readonly user: string;
  readonly team: string;
  readonly project: string;
  readonly api: string;
  readonly model: string;
  readonly guardrails: readonly { readonly name: string; readonly version: string }[];
  readonly blockedBy: { readonly guardrail: string; readonly rule: string } | null;
  readonly findings: readonly Tally[];
  /** Tokens that were turned back into values, and what looked like one and was none. */
  readonly restored: number;
  readonly leftovers: number;
  /** Of all local rules, by phase. */
  readonly localMs: { readonly request: number; readonly response: number };
  /** Of each local rule, in both phases. Rules with the same detector share its time: it stands at each of them. */
  readonly ruleMs: readonly RuleMs[];
  /** Of each rule that asked a service. */
  readonly remoteMs: readonly RuleMs[];
  readonly ending: Ending;
}

export interface RuleMs {
  readonly guardrail: string;
  readonly rule: string;
  readonly ms: number;
}

export function decisionRecord(exchange: Exchange, guarded: Guarded, ending: Ending, nowMs: number): DecisionRecord {
  const { key, api, model } = exchange;
  const { verdict, blockedBy, tallies } = guarded.draft.finish();
  return {
    kind: 'decision',
    time: new Date(nowMs).toISOString(),
    requestId: exchange.requestId,
    verdict,
    key: key?.name ?? '',
    user: key?.user ?? '',
    team: key?.team ?? '',
    project: key?.project ?? '',
    api: api?.name ?? '',
    model: model?.name ?? '',
    guardrails: guarded.guards.guardrails,
    blockedBy: blockedBy ?? null,
    findings: tallies,
    restored: guarded.restored,
    leftovers: guarded.leftovers,
    localMs: { request: rounded(guarded.requestMs), response: rounded(guarded.responseMs) },
    ruleMs: byRule(guarded.times?.byRule() ?? new Map()),
    remoteMs: byRule(guarded.remoteMs),
    ending,
  };
}

function byRule(times: ReadonlyMap<GuardRule, number>): readonly RuleMs[] {
  return [...times].map(([{ guardrail, name }, ms]) => ({ guardrail, rule: name, ms: rounded(ms) }));
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
