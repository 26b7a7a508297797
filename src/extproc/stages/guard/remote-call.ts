import type { Guard } from '../../../guard/guard.ts';
import type { RemoteText, RemoteVerdict } from '../../../guard/remote-judge.ts';
import { type GuardRule, textRoles } from '../../../guard/rule.ts';

/** What one rule is asked. */
export interface RemoteCall {
  readonly rule: GuardRule;
  /** Of the texts that the rule is about. */
  readonly indexes: readonly number[];
}

/** Each remote rule with the texts that are for it; none that has none. */
export function callsFor(guard: Guard, texts: readonly RemoteText[]): readonly RemoteCall[] {
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

/** The verdict about some of the texts in terms of all of them. */
export function widened(
  verdict: RemoteVerdict,
  indexes: readonly number[],
  texts: readonly RemoteText[],
): RemoteVerdict {
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
