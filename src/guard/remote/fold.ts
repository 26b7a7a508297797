import type { RemoteFailure, RemoteReason, RemoteSpan, RemoteText, RemoteVerdict } from '../remote-judge.ts';
import type { GuardRule } from '../rule.ts';
import type { Edit, Piece, PieceVerdict } from './service.ts';

export type JudgingRule = Pick<GuardRule, 'action' | 'remote'>;

export interface JudgedPiece {
  readonly piece: Piece;
  readonly verdict: PieceVerdict;
}

/** What is known of one of the texts. */
interface Known {
  readonly text: string;
  readonly reasons: readonly RemoteReason[];
  readonly isFlagged: boolean;
  /** Undefined: as it was. */
  readonly edits: readonly Edit[];
  readonly wording: string | undefined;
}

/** The worst verdict wins. `failure`: pieces are missing. */
export function fold(
  texts: readonly RemoteText[],
  judged: readonly JudgedPiece[],
  failure: RemoteFailure | undefined,
  rule: JudgingRule,
): RemoteVerdict {
  const findings = judged.filter(({ verdict }) => verdict.kind !== 'clear');
  if (failure !== undefined && (findings.length === 0 || hangsOnEveryPiece(rule))) {
    return { kind: 'failed', reason: failure };
  }
  if (findings.length === 0) return { kind: 'allow' };
  const isTogether = findings.length === judged.length && findings.every(isOfAll);
  const known = texts.map(({ text }, index) =>
    knowledge(
      text,
      index,
      findings.filter(({ piece }) => piece.text === index),
      isTogether,
    ),
  );
  const reasons = once(known.flatMap((each) => each.reasons));
  if (known.every(({ isFlagged }) => !isFlagged)) return { kind: 'replaced', texts: known.map(wordingOf), reasons };
  const isMixed = known.some(
    ({ isFlagged, edits, wording }) => !isFlagged && (edits.length > 0 || wording !== undefined),
  );
  // A rule that redacts would let out what a block of another text does not name.
  if (isMixed && rule.action === 'redact') return { kind: 'found', spans: known.flatMap(spansOf) };
  return { kind: 'blocked', reasons };
}

/** Whatever the others say, a rule that redacts and fails closed has nothing to give out without this one. */
function hangsOnEveryPiece({ action, remote }: JudgingRule): boolean {
  return action === 'redact' && remote?.onFailure !== 'open';
}

/** Whether what is missing cannot change what becomes of the texts. `failure`: pieces will be missing. */
export function isDecided(
  judged: readonly JudgedPiece[],
  failure: RemoteFailure | undefined,
  rule: JudgingRule,
): boolean {
  if (failure !== undefined && (hangsOnEveryPiece(rule) || isClosedBlock(rule))) return true;
  return rule.action === 'block' && judged.some(({ verdict }) => verdict.kind !== 'clear');
}

function isClosedBlock({ action, remote }: JudgingRule): boolean {
  return action === 'block' && remote?.onFailure !== 'open';
}

function isOfAll({ verdict }: JudgedPiece): boolean {
  return verdict.kind === 'flagged' && verdict.isTogether;
}

function knowledge(text: string, index: number, findings: readonly JudgedPiece[], isTogether: boolean): Known {
  const edits: Edit[] = [];
  const reasons: RemoteReason[] = [];
  let isFlagged = false;
  let wording: string | undefined;
  for (const { piece, verdict } of findings) {
    if (verdict.kind === 'clear') continue;
    for (const { entity, score } of verdict.reasons) {
      reasons.push({ text: isTogether ? undefined : index, entity, score });
    }
    if (verdict.kind === 'flagged') isFlagged = true;
    else if (verdict.kind === 'edited') {
      for (const { start, end, replacement } of verdict.edits) {
        edits.push({ start: piece.start + start, end: piece.start + end, replacement });
      }
    } else if (piece.end - piece.start === text.length) wording = verdict.wording;
    // The wordings of pieces that overlap cannot be put together: the text goes as a whole.
    else isFlagged = true;
  }
  if (isFlagged && reasons.length === 0) reasons.push({ text: index, entity: 'flagged', score: 1 });
  return { text, reasons, isFlagged, edits: merged(edits), wording };
}

/** In order; what two overlapping pieces both saw is there once. */
function merged(edits: readonly Edit[]): readonly Edit[] {
  const result: Edit[] = [];
  for (const edit of [...edits].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const last = result.at(-1);
    if (last === undefined || edit.start >= last.end) result.push(edit);
    else if (edit.end > last.end) result[result.length - 1] = { ...last, end: edit.end };
  }
  return result;
}

function wordingOf({ text, edits, wording }: Known): string {
  if (wording !== undefined) return wording;
  let result = '';
  let at = 0;
  for (const { start, end, replacement } of edits) {
    result += text.slice(at, start) + replacement;
    at = end;
  }
  return result + text.slice(at);
}

function spansOf({ text, reasons, isFlagged, edits, wording }: Known, index: number): readonly RemoteSpan[] {
  const { entity, score } = reasons[0] ?? { entity: 'flagged', score: 1 };
  if (isFlagged || wording !== undefined) return [{ text: index, start: 0, end: text.length, entity, score }];
  return edits.map(({ start, end }) => ({ text: index, start, end, entity, score }));
}

/** Pieces of a text that overlap find the same thing twice. The surest one stays. */
function once(reasons: readonly RemoteReason[]): readonly RemoteReason[] {
  const best = new Map<string, RemoteReason>();
  for (const reason of reasons) {
    const key = `${reason.text} ${reason.entity}`;
    const known = best.get(key);
    if (known === undefined || known.score < reason.score) best.set(key, reason);
  }
  return [...best.values()];
}
