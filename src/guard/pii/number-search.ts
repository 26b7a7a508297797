import type { Finding } from '../detector.ts';
import { type Attempt, codeAt, contextOf } from './attempt.ts';
import { beginsNumber, endsNumber, isCrowdedBefore, isCrowdedBehind } from './boundary.ts';
import { isLetterOrDigit, isLower, signOf } from './characters.ts';
import type { NumberAutomaton, State } from './number-automaton.ts';
import { findingOf } from './recogniser.ts';

export type Found = (finding: Finding, order: number) => void;

/**
 * Reports every number that begins at `start`, of whatever kind. `state`: behind the digits or letters there, which end at
 * `leadEnd`; none is complete within them. Reads no further than the first character that fits none.
 */
export function numbersAt(
  automaton: NumberAutomaton,
  attempt: Attempt,
  start: number,
  leadEnd: number,
  state: State,
  found: Found,
): void {
  if (!beginsNumber(attempt, start)) return;
  let current = state;
  for (let at = leadEnd; ; at += 1) {
    if (current.endings.length > 0 && endsNumber(attempt, at)) judgeAll(current, attempt, start, at, found);
    if (current.isLast) return;
    const code = codeAt(attempt, at);
    if (code < 0) return;
    current = automaton.step(current, signOf(code));
  }
}

function judgeAll({ endings, hasLetters }: State, attempt: Attempt, start: number, end: number, found: Found): void {
  const hasLower = hasLetters && hasLowerCase(attempt.text, start, end);
  const isCrowded = isCrowdedBefore(attempt, start);
  let value = '';
  for (const { recogniser, separator, needsContext } of endings) {
    const { kind, context } = recogniser;
    const isUnclear = hasLower || needsContext || (isCrowded && separator === ' ');
    // Its words are looked up once for all kinds, which is cheaper than what most of them compute.
    if (isUnclear && !contextOf(attempt).has(start, context)) continue;
    if (value === '') value = lettersAndDigits(attempt.text, start, end, hasLower);
    const verdict = kind.judge(value);
    if (verdict === 'invalid') continue;
    const isValid = verdict === 'valid';
    const finding = findingOf(recogniser, attempt, start, {
      end,
      score: isValid ? 1 : kind.score,
      validator: isValid ? kind.validator : undefined,
      needsContext: isUnclear || (separator === ' ' && isCrowdedBehind(attempt, end)),
    });
    if (finding !== undefined) found(finding, recogniser.order);
  }
}

function hasLowerCase(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (isLower(text.charCodeAt(at))) return true;
  return false;
}

/** Group by group: in a text full of numbers a regular expression for each of them would take most of the time. */
function lettersAndDigits(text: string, start: number, end: number, hasLower: boolean): string {
  let found = '';
  let group = start;
  for (let at = start; at < end; at += 1) {
    if (isLetterOrDigit(text.charCodeAt(at))) continue;
    found += text.slice(group, at);
    group = at + 1;
  }
  found += text.slice(group, end);
  return hasLower ? found.toUpperCase() : found;
}
