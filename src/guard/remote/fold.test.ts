import { describe, expect, it } from 'vitest';
import { fold } from './fold.ts';
import type { Edit } from './service.ts';

const reasons = [{ entity: 'NAME', score: 1 }];

/** What a text becomes by edits of pieces that begin where they say. */
function edited(text: string, ...pieces: readonly (readonly [start: number, edits: readonly Edit[]])[]) {
  const judged = pieces.map(([start, edits]) => ({
    piece: { text: 0, start, end: text.length, content: text.slice(start), aspect: '' },
    verdict: { kind: 'edited' as const, reasons, edits },
  }));
  return fold([{ text, role: 'user' }], judged, undefined, { action: 'redact', remote: undefined });
}

describe('the edits of a service', () => {
  it('are all made where one begins at the end of another', () => {
    const edits = [
      { start: 3, end: 5, replacement: '{AGE}' },
      { start: 0, end: 3, replacement: '{NAME}' },
    ];
    expect(edited('Ann42!', [0, edits])).toEqual({
      kind: 'replaced',
      texts: ['{NAME}{AGE}!'],
      reasons: [{ text: 0, entity: 'NAME', score: 1 }],
    });
  });

  it('are made once where two pieces that overlap saw the same', () => {
    const seen = { start: 4, end: 7, replacement: '{NAME}' };
    expect(edited('for Ann, and', [0, [seen]], [2, [{ ...seen, start: 2, end: 5 }]])).toMatchObject({
      texts: ['for {NAME}, and'],
    });
  });

  it('hide all that one of two pieces has cut short', () => {
    const short = { start: 4, end: 7, replacement: '{NAME}' };
    const long = { start: 2, end: 9, replacement: '{NAME}' };
    expect(edited('for Ann Lee, and', [0, [short]], [2, [long]])).toMatchObject({ texts: ['for {NAME}, and'] });
  });
});

describe('a wording of a piece', () => {
  it('hides the text of that piece, and no other, though nobody says why', () => {
    const texts = ['a long text', 'another'].map((text) => ({ text, role: 'user' as const }));
    const judged = texts.map(({ text }, index) => ({
      piece: { text: index, start: 0, end: index === 0 ? 6 : text.length, content: text, aspect: '' },
      verdict:
        index === 0 ? { kind: 'reworded' as const, reasons: [], wording: 'a short' } : { kind: 'clear' as const },
    }));
    expect(fold(texts, judged, undefined, { action: 'redact', remote: undefined })).toEqual({
      kind: 'blocked',
      reasons: [{ text: 0, entity: 'flagged', score: 1 }],
    });
  });
});
