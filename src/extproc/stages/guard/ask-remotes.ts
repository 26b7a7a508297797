import type { Guard } from '../../../guard/guard.ts';
import type { CancelJudgement, RemoteJudge, RemoteText, RemoteVerdict } from '../../../guard/remote-judge.ts';
import { applyVerdicts, type RemoteAnswer } from '../../../guard/remote-verdicts.ts';
import { type GuardRule, textRoles } from '../../../guard/rule.ts';
import type { Guarded } from './guarded.ts';

/** The judge of a remote rule; undefined: what it needs (a credential) is not there. */
export type AskRemote = (rule: GuardRule) => RemoteJudge | undefined;

/** Envoy waits ten seconds for an answer, and the caller is to get ours before that. */
const longestWaitMs = 7_000;

/**
 * Asks all services that may change something about these texts, at the same time. `done` may be called before this
 * returns.
 */
export function askRemotes(
  guarded: Guarded,
  guard: Guard,
  texts: readonly RemoteText[],
  ask: AskRemote,
  done: (answers: readonly RemoteAnswer[]) => void,
): void {
  const calls = callsFor(guard, texts).filter(({ rule }) => rule.action !== 'observe');
  if (calls.length === 0) done([]);
  else askAll(guarded, guard, texts, calls, ask, guarded.calls, done);
}

/** Asks those whose rules only observe: neither the request nor the answer waits for them, the record does. */
export function observeRemotes(guarded: Guarded, guard: Guard, texts: readonly RemoteText[], ask: AskRemote): void {
  const calls = callsFor(guard, texts).filter(({ rule }) => rule.action === 'observe');
  if (calls.length === 0) return;
  guarded.beginObserving();
  // A caller that leaves does not keep them from being asked: what is only tried must see what it would have judged.
  askAll(guarded, guard, texts, calls, ask, new Set(), (answers) => {
    guarded.draft.addAll(applyVerdicts(texts, answers, guarded.vault, guard.phase).findings);
    guarded.endObserving();
  });
}

/** Asks all of them and waits for all, whatever their rules do: for whoever tries rules, and for no request. */
export function askEveryRemote(
  guarded: Guarded,
  guard: Guard,
  texts: readonly RemoteText[],
  ask: AskRemote,
  done: (answers: readonly RemoteAnswer[]) => void,
): void {
  const calls = callsFor(guard, texts);
  if (calls.length === 0) done([]);
  else askAll(guarded, guard, texts, calls, ask, guarded.calls, done);
}

function askAll(
  guarded: Guarded,
  guard: Guard,
  texts: readonly RemoteText[],
  calls: readonly Call[],
  ask: AskRemote,
  underWay: Set<CancelJudgement>,
  done: (answers: readonly RemoteAnswer[]) => void,
): void {
  const answers: (RemoteAnswer | undefined)[] = calls.map(() => undefined);
  let open = calls.length;
  const now = performance.now();
  calls.forEach(({ rule, indexes }, at) => {
    let cancel: CancelJudgement | undefined;
    const answered = (verdict: RemoteVerdict): void => {
      if (cancel !== undefined) underWay.delete(cancel);
      guarded.remoteMs.set(rule, (guarded.remoteMs.get(rule) ?? 0) + performance.now() - now);
      answers[at] = { rule, verdict: widened(verdict, indexes, texts) };
      open--;
      if (open === 0) guarded.contain(() => done(answers.filter((answer) => answer !== undefined)));
    };
    const judge = ask(rule);
    if (judge === undefined) {
      answered({ kind: 'failed', reason: 'refused' });
      return;
    }
    const asked = indexes.map((index) => texts[index] as RemoteText);
    const deadline = now + Math.min(rule.remote?.timeoutMs ?? longestWaitMs, longestWaitMs);
    cancel = judge.judge(asked, guard.phase, deadline, answered);
    underWay.add(cancel);
  });
}

interface Call {
  readonly rule: GuardRule;
  /** Of the texts that the rule is about. */
  readonly indexes: readonly number[];
}

function callsFor(guard: Guard, texts: readonly RemoteText[]): readonly Call[] {
  const byRule = new Map<GuardRule, number[]>();
  for (const role of textRoles) {
    for (const rule of guard.remoteRules(role)) {
      const indexes = byRule.get(rule) ?? [];
      texts.forEach((text, index) => {
        if (text.role === role && text.text !== '') indexes.push(index);
      });
      byRule.set(rule, indexes);
    }
  }
  return [...byRule]
    .filter(([, indexes]) => indexes.length > 0)
    .map(([rule, indexes]) => ({ rule, indexes: indexes.sort((one, other) => one - other) }));
}

/** A rule is asked about some of the texts; its verdict is put in terms of all of them. */
function widened(verdict: RemoteVerdict, indexes: readonly number[], texts: readonly RemoteText[]): RemoteVerdict {
  const widen = (index: number): number => indexes[index] ?? texts.length;
  const widenReason = <T extends { readonly text: number | undefined }>(reason: T): T =>
    reason.text === undefined ? reason : { ...reason, text: widen(reason.text) };
  switch (verdict.kind) {
    case 'found':
      return { ...verdict, spans: verdict.spans.map((span) => ({ ...span, text: widen(span.text) })) };
    case 'replaced': {
      const replaced = texts.map(({ text }) => text);
      indexes.forEach((index, at) => {
        const text = verdict.texts[at];
        if (text !== undefined) replaced[index] = text;
      });
      return { ...verdict, texts: replaced, reasons: verdict.reasons.map(widenReason) };
    }
    case 'blocked':
      return { ...verdict, reasons: verdict.reasons.map(widenReason) };
    default:
      return verdict;
  }
}
