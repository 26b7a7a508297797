import { type AskRemote, askEveryRemote } from '../../../src/extproc/stages/guard/ask-remotes.ts';
import { Guarded } from '../../../src/extproc/stages/guard/guarded.ts';
import type { Guards } from '../../../src/extproc/stages/guard/guards.ts';
import type { Vault } from '../../../src/guard/redaction/vault.ts';
import type { RemoteReason, RemoteText, RemoteVerdict } from '../../../src/guard/remote-judge.ts';
import { applyVerdicts, type RemoteAnswer, type RemoteJudgement } from '../../../src/guard/remote-verdicts.ts';
import type { GuardRule, Phase } from '../../../src/guard/rule.ts';

/** What a service said to one rule, or why it said nothing. */
export interface ServiceTrial {
  readonly guardrail: string;
  readonly rule: string;
  readonly service: string;
  readonly action: GuardRule['action'];
  readonly outcome: RemoteVerdict['kind'] | 'notAsked';
  /** In words, with the service's categories, never with a piece of the text. */
  readonly detail: string;
}

export interface ServiceAnswers extends RemoteJudgement {
  readonly answers: readonly RemoteAnswer[];
  /** The rule that blocks does so because its service gave no answer. */
  readonly isUnjudged: boolean;
}

/** Asks with the texts that the local rules have left, as the processor does, also those whose rules only observe. */
export function askServices(
  guards: Guards,
  phase: Phase,
  vault: Vault,
  texts: readonly RemoteText[],
  ask: AskRemote,
): Promise<ServiceAnswers> {
  const guarded = new Guarded(guards, vault, (work) => work());
  return new Promise((resolve) => {
    askEveryRemote({ guarded, guard: guards[phase], texts, ask }, (answers) => {
      const judgement = applyVerdicts(texts, answers, vault, phase);
      const isUnjudged = answers.some(({ rule, verdict }) => rule === judgement.blockedBy && verdict.kind === 'failed');
      resolve({ ...judgement, answers, isUnjudged });
    });
  });
}

export function notAsked(rule: GuardRule, detail: string): ServiceTrial {
  return { ...named(rule), outcome: 'notAsked', detail };
}

export function answered({ rule, verdict }: RemoteAnswer): ServiceTrial {
  return { ...named(rule), outcome: verdict.kind, detail: detailOf(rule, verdict) };
}

function named(rule: GuardRule) {
  return { guardrail: rule.guardrail, rule: rule.name, service: rule.detector.kind, action: rule.action };
}

const failures = {
  timeout: 'did not answer in time',
  unreachable: 'cannot be reached, or answers with an error of its own',
  refused: 'refused the question: its address may be wrong, or its credential wrong or missing',
  overloaded: 'has too many calls open, or says that it has',
  circuitOpen: 'has failed too often a moment ago',
  invalidAnswer: 'answered something that is no answer',
} as const;

function detailOf(rule: GuardRule, verdict: RemoteVerdict): string {
  switch (verdict.kind) {
    case 'allow':
      return 'nothing found';
    case 'found':
      return `found ${verdict.spans.length}`;
    case 'replaced':
      return withReasons('has another wording', verdict.reasons);
    case 'blocked':
      return withReasons('says no', verdict.reasons);
    case 'failed':
      return `${failures[verdict.reason]}; ${meaningOf(rule)}`;
  }
}

function meaningOf({ action, remote }: GuardRule): string {
  if (action === 'observe') return 'observes, so the text passes';
  return remote?.onFailure === 'open' ? 'fails open, so the text passes' : 'fails closed, so nothing passes';
}

function withReasons(what: string, reasons: readonly RemoteReason[]): string {
  const names = reasons.map(({ entity, score }) => `${entity} ${score.toFixed(2)}`);
  return names.length === 0 ? what : `${what}: ${[...new Set(names)].join(', ')}`;
}
