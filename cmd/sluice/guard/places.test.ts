import { describe, expect, it } from 'vitest';
import { createPlaces } from './places.ts';

describe('places in a text', () => {
  it('are lines, and characters of a line, whatever they take in memory', () => {
    const placeOf = createPlaces();
    const text = 'ab\n😀é\ud800x\r\n\ny';
    expect([0, 2, 3, 5, 6, 7].map((at) => placeOf(text, at))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 2, column: 3 },
      { line: 2, column: 4 },
    ]);
    expect(placeOf(text, text.length - 1)).toEqual({ line: 4, column: 1 });
  });

  it('may be asked for again, and in another text', () => {
    const placeOf = createPlaces();
    expect(placeOf('a\nb', 2)).toEqual({ line: 2, column: 1 });
    expect(placeOf('a\nb', 1)).toEqual({ line: 1, column: 2 });
    expect(placeOf('abc', 2)).toEqual({ line: 1, column: 3 });
  });

  it('take no longer the further they stand behind others', () => {
    const text = 'a b@example.com '.repeat(200_000);
    const placeOf = createPlaces();
    const startedAt = performance.now();
    for (let at = 0; at < text.length; at += 16) placeOf(text, at);
    // Each for itself takes minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
