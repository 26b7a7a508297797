import type { Finding } from '../detector.ts';
import type { Gate } from './gate.ts';
import type { Attempt } from './pattern/match.ts';
import { recognise } from './recognise.ts';
import type { Rule } from './rule.ts';

/** Told about every attempt: whether it found something, what it saw (`attempt.sawEnd`), and what brought it about at `at`. */
export type Tried = (rule: Rule, finding: Finding | undefined, at: number) => void;

/**
 * Tries every rule wherever its fixed text begins between `start` and `end`. Each hit is taken for itself, and the
 * search goes on one character later: what is found does not depend on where the search began.
 */
export function tryCandidates(gate: Gate, attempt: Attempt, start: number, end: number, tried: Tried): void {
  const { text } = attempt;
  const { expression } = gate;
  expression.lastIndex = start;
  for (let hit = expression.exec(text); hit !== null && hit.index < end; hit = expression.exec(text)) {
    const at = hit.index;
    for (const rule of gate.rulesAt(text, at)) tried(rule, recognise(rule, attempt, at), at);
    for (const rule of gate.ledRulesAt(text, at)) tried(rule, recognise(rule, attempt, leadStart(rule, text, at)), at);
    expression.lastIndex = at + 1;
  }
}

function leadStart(rule: Rule, text: string, anchor: number): number {
  const { lead } = rule;
  if (lead === undefined) return anchor;
  let start = anchor;
  while (start > 0 && anchor - start < lead.max && lead.set[text.charCodeAt(start - 1)] === 1) start -= 1;
  return start;
}
