import type { Guard } from '../../../guard/guard.ts';
import type { RemoteText } from '../../../guard/remote-judge.ts';
import { applyVerdicts } from '../../../guard/remote-verdicts.ts';
import type { TextRole } from '../../../guard/rule.ts';
import { type AskRemote, askRemotes, observeRemotes } from './ask-remotes.ts';
import type { Guarded } from './guarded.ts';

export interface TextToJudge {
  readonly text: string;
  readonly role: TextRole;
  readonly field: string | undefined;
}

/** Each text as it may go on, in their order; undefined: none of them may. */
export type OnJudged = (texts: readonly string[] | undefined) => void;

/**
 * Judges complete texts: by the local rules first, then by the services, which are told no more than what is left.
 * `done` is called before this returns where no service is asked.
 */
export function judgeTexts(
  guarded: Guarded,
  guard: Guard,
  texts: readonly TextToJudge[],
  ask: AskRemote,
  done: OnJudged,
): void {
  const startedAt = performance.now();
  const redacted: RemoteText[] = [];
  for (const { text, role, field } of texts) {
    const { findings, blockedBy, redactedText } = guard.scan(text, role, guarded.vault, field, guarded.times);
    guarded.draft.addAll(findings);
    if (blockedBy !== undefined) guarded.block(blockedBy, false);
    redacted.push({ text: redactedText, role });
  }
  const elapsed = performance.now() - startedAt;
  if (guard.phase === 'request') guarded.requestMs += elapsed;
  else guarded.responseMs += elapsed;
  if (guarded.rejection !== undefined) {
    done(undefined);
    return;
  }
  const question = { guarded, guard, texts: redacted, ask };
  observeRemotes(question);
  askRemotes(question, (answers) => {
    if (answers.length === 0) {
      done(redacted.map(({ text }) => text));
      return;
    }
    const { findings, blockedBy, texts: judged } = applyVerdicts(redacted, answers, guarded.vault, guard.phase);
    guarded.draft.addAll(findings);
    if (blockedBy === undefined) {
      done(judged);
      return;
    }
    const isUnjudged = answers.some(({ rule, verdict }) => rule === blockedBy && verdict.kind === 'failed');
    guarded.block(blockedBy, isUnjudged);
    done(undefined);
  });
}
