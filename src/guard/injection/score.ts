import { type Folded, fold } from '../folding/fold.ts';
import { candidates } from './gate.ts';
import { isMentioned, mentioned } from './mention.ts';
import { scripts, signatures } from './signatures/index.ts';
import type { Signature } from './signatures/signature.ts';
import { isOfTheWorld } from './subject.ts';
import { hiddenViews, spelledOutView } from './views.ts';

/** A signature in a text, with what it adds there. */
export interface SignatureHit {
  readonly id: string;
  readonly weight: number;
  /** Of the original text, even if what it holds had to be decoded. */
  readonly start: number;
  readonly end: number;
  /** Spoken about, in quotation marks for example: it counts less. */
  readonly isMentioned: boolean;
}

export interface InjectionScore {
  /** 0 to 1. */
  readonly score: number;
  /** By position. */
  readonly signatures: readonly SignatureHit[];
}

/** Finding a signature behind an encoding says that somebody hid it. */
const hiding = 0.15;
/** A signature repeated says no more; its first places are enough to show. */
const mostPlaces = 8;

/** How much a text looks like one that gives orders to the model: all signatures in it, and their sum. */
export function scoreInjection(text: string): InjectionScore {
  const folded = fold(text);
  const hits: SignatureHit[] = [];
  collect(folded, '', hits);
  const meant = spelledOutView(text, folded);
  if (meant !== undefined) mergeMeant(meant, hits);
  for (const { via, folded: hidden } of hiddenViews(text, folded)) collect(hidden, via, hits);
  return { score: sum(hits), signatures: hits.sort((left, right) => left.start - right.start || left.end - right.end) };
}

/**
 * What is spelled out is not hidden, since mail programs and pages write so: it counts like the rest, and once. What both
 * ways of reading have is judged by this one, which sees the quotation marks that stand around it.
 */
function mergeMeant(meant: Folded, hits: SignatureHit[]): void {
  const seen: SignatureHit[] = [];
  collect(meant, '', seen);
  const rest = hits.filter(({ id, start, end }) =>
    seen.every((other) => other.id !== id || other.start !== start || other.end !== end),
  );
  hits.splice(0, hits.length, ...rest, ...seen);
}

/** Saturating: each signature takes its share of what is left to certainty. Repetition of one counts once, at its best. */
function sum(hits: readonly SignatureHit[]): number {
  const best = new Map<string, number>();
  for (const { id, weight } of hits) best.set(id, Math.max(best.get(id) ?? 0, weight));
  let doubt = 1;
  for (const weight of best.values()) doubt *= 1 - weight;
  return Math.round((1 - doubt) * 1000) / 1000;
}

function collect(folded: Folded, via: string, hits: SignatureHit[]): void {
  const isCandidate = candidates(folded.text);
  for (const signature of signatures) if (isCandidate(signature.id)) apply(signature, folded, via, hits);
  for (const script of scripts) {
    if (!script.gate.test(folded.text)) continue;
    for (const language of script.languages) {
      if (language.gate.test(folded.text)) for (const each of language.signatures) apply(each, folded, via, hits);
    }
  }
}

function apply(signature: Signature, folded: Folded, via: string, hits: SignatureHit[]): void {
  const { pattern } = signature;
  pattern.lastIndex = 0;
  for (let place = 0; place < mostPlaces; place++) {
    const match = pattern.exec(folded.text);
    if (match === null) return;
    const end = match.index + match[0].length;
    const isSpokenOf = via === '' && isSaidOtherwise(signature, folded.text, match.index, end);
    const weight = via === '' ? signature.weight : Math.min(0.95, signature.weight + hiding);
    const places = [
      folded.startOf(match.index),
      folded.endOf(match.index),
      folded.startOf(end - 1),
      folded.endOf(end - 1),
    ];
    hits.push({
      id: via === '' ? signature.id : `${via}:${signature.id}`,
      weight: isSpokenOf ? weight * mentioned : weight,
      // A text read backwards ends where it begins.
      start: Math.min(...places),
      end: Math.max(...places),
      isMentioned: isSpokenOf,
    });
  }
}

/** Spoken about, or said of something else than the model's instructions. */
function isSaidOtherwise({ id }: Signature, text: string, start: number, end: number): boolean {
  return isMentioned(text, start, end) || (id.startsWith('override-') && isOfTheWorld(text, start, end));
}
