import { sha256Hex } from '../../lib/hash.ts';
import type { Phase } from '../rule.ts';
import type { JudgedPiece } from './fold.ts';
import type { Piece, PieceVerdict, Service } from './service.ts';
import type { VerdictCache } from './verdict-cache.ts';

export interface RecallOptions {
  readonly cache: VerdictCache;
  /** Of the spec and its credentials: who asks another service, or as somebody else, knows nothing of this. */
  readonly id: string;
  readonly phase: Phase;
  /** 0: nothing is remembered. */
  readonly cacheMs: number;
  now(): number;
}

/** What has been said of pieces before. */
export interface Recall {
  of(piece: Piece): PieceVerdict | undefined;
  keep(piece: Piece, verdict: PieceVerdict): void;
}

export function recallFrom({ cache, id, phase, cacheMs, now }: RecallOptions): Recall {
  const keyOf = ({ aspect, content }: Piece) => sha256Hex(`${id}\n${phase}\n${aspect}\n${content}`);
  return {
    of: (piece) => (cacheMs > 0 ? cache.get(keyOf(piece), cacheMs, now()) : undefined),
    keep(piece, verdict) {
      // A verdict on several pieces may be about another one of them.
      const isSettled = verdict.kind !== 'flagged' || !verdict.isTogether;
      if (cacheMs > 0 && isSettled) cache.set(keyOf(piece), verdict, now());
    },
  };
}

/** Which pieces are judged already, and how the others are asked about. */
export function divide(
  pieces: readonly Piece[],
  recall: Pick<Recall, 'of'>,
  service: Pick<Service, 'batches'>,
): { readonly judged: readonly JudgedPiece[]; readonly batches: readonly (readonly Piece[])[] } {
  const judged: JudgedPiece[] = [];
  const unknown: Piece[] = [];
  for (const piece of pieces) {
    const verdict = recall.of(piece);
    if (verdict === undefined) unknown.push(piece);
    else judged.push({ piece, verdict });
  }
  const batches = service.batches(unknown, pieces);
  // What is asked again is not known: a webhook gets all texts or none.
  const asked = new Set(batches.flat());
  return { judged: judged.filter(({ piece }) => !asked.has(piece)), batches };
}
