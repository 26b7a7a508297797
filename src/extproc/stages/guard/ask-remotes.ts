import type { Guard } from '../../../guard/guard.ts';
import type { CancelJudgement, RemoteJudge, RemoteText, RemoteVerdict } from '../../../guard/remote-judge.ts';
import { applyVerdicts, type RemoteAnswer } from '../../../guard/remote-verdicts.ts';
import type { GuardRule } from '../../../guard/rule.ts';
import type { Guarded } from './guarded.ts';
import { callsFor, type RemoteCall, widened } from './remote-call.ts';

/** The judge of a remote rule; undefined: what it needs (a credential) is not there. */
export type AskRemote = (rule: GuardRule) => RemoteJudge | undefined;

/** What services are to judge, for whom, and who asks them. */
export interface RemoteQuestion {
  readonly guarded: Guarded;
  readonly guard: Guard;
  readonly texts: readonly RemoteText[];
  readonly ask: AskRemote;
}

type OnAnswers = (answers: readonly RemoteAnswer[]) => void;

/** Envoy waits ten seconds for an answer, and the caller is to get ours before that. */
const longestWaitMs = 7_000;

/**
 * Asks all services that may change something about these texts, at the same time. `done` may be called before this
 * returns.
 */
export function askRemotes(question: RemoteQuestion, done: OnAnswers): void {
  const { guarded, guard, texts } = question;
  const calls = callsFor(guard, texts).filter(({ rule }) => rule.action !== 'observe');
  askAll(question, calls, guarded.calls, done);
}

/** Asks those whose rules only observe: neither the request nor the answer waits for them, the record does. */
export function observeRemotes(question: RemoteQuestion): void {
  const { guarded, guard, texts } = question;
  const calls = callsFor(guard, texts).filter(({ rule }) => rule.action === 'observe');
  if (calls.length === 0) return;
  guarded.beginObserving();
  // A caller that leaves does not keep them from being asked: what is only tried must see what it would have judged.
  askAll(question, calls, new Set(), (answers) => {
    guarded.draft.addAll(applyVerdicts(texts, answers, guarded.vault, guard.phase).findings);
    guarded.endObserving();
  });
}

/** Asks all of them and waits for all, whatever their rules do: for whoever tries rules, and for no request. */
export function askEveryRemote(question: RemoteQuestion, done: OnAnswers): void {
  askAll(question, callsFor(question.guard, question.texts), question.guarded.calls, done);
}

function askAll(
  { guarded, guard, texts, ask }: RemoteQuestion,
  calls: readonly RemoteCall[],
  underWay: Set<CancelJudgement>,
  done: OnAnswers,
): void {
  if (calls.length === 0) {
    done([]);
    return;
  }
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
