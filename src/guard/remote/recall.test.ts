import { describe, expect, it } from 'vitest';
import { divide, recallFrom } from './recall.ts';
import { clear, type Piece, type PieceVerdict } from './service.ts';
import { verdictCache } from './verdict-cache.ts';

const piece = (content: string, aspect = 'prompt'): Piece => ({
  ...{ text: 0, start: 0, end: content.length },
  content,
  aspect,
});
const flagged = (isTogether: boolean): PieceVerdict => ({ kind: 'flagged', reasons: [], isTogether });
const cache = verdictCache(10);
const recall = (more: { id?: string; phase?: 'request' | 'response'; cacheMs?: number; now?: () => number } = {}) =>
  recallFrom({ cache, id: 'spec', phase: 'request', cacheMs: 1_000, now: () => 0, ...more });

describe('recallFrom()', () => {
  it('knows a piece again that was asked about in the same way, for its time', () => {
    recall().keep(piece('a'), flagged(false));
    expect(recall().of(piece('a'))).toEqual(flagged(false));
    expect(recall({ now: () => 1_000 }).of(piece('a'))).toBeUndefined();
    expect(recall({ id: 'other credentials' }).of(piece('a'))).toBeUndefined();
    expect(recall({ phase: 'response' }).of(piece('a'))).toBeUndefined();
    expect(recall().of(piece('a', 'document'))).toBeUndefined();
  });

  it('keeps no verdict that may be about another piece, and none at all where nothing is to be kept', () => {
    recall().keep(piece('together'), flagged(true));
    expect(recall().of(piece('together'))).toBeUndefined();
    recall({ cacheMs: 0 }).keep(piece('b'), clear);
    expect(recall().of(piece('b'))).toBeUndefined();
    recall().keep(piece('c'), clear);
    expect(recall({ cacheMs: 0 }).of(piece('c'))).toBeUndefined();
  });
});

describe('divide()', () => {
  const [known, unknown] = [piece('known'), piece('unknown')];
  const of = (each: Piece) => (each === known ? clear : undefined);

  it('asks about what is not known', () => {
    const batches = (missing: readonly Piece[]) => [missing];
    const { judged, batches: asked } = divide([known, unknown], { of }, { batches });
    expect([judged, asked]).toEqual([[{ piece: known, verdict: clear }], [[unknown]]]);
  });

  it('forgets what was known of a piece that is asked about together with others', () => {
    const batches = (missing: readonly Piece[], all: readonly Piece[]) => (missing.length > 0 ? [all] : []);
    expect(divide([known, unknown], { of }, { batches })).toEqual({ judged: [], batches: [[known, unknown]] });
    expect(divide([known], { of }, { batches })).toEqual({ judged: [{ piece: known, verdict: clear }], batches: [] });
  });
});
