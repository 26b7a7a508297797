import { describe, expect, it } from 'vitest';
import { packed } from './service.ts';

const pieces = (...lengths: readonly number[]) =>
  lengths.map((length, text) => ({ text, start: 0, end: length, aspect: '', content: 'x'.repeat(length) }));
const lengthsOf = (batches: ReturnType<typeof packed>) =>
  batches.map((batch) => batch.map(({ content }) => content.length));

describe('packed()', () => {
  it('puts as many pieces together as there may be, in their order', () => {
    expect(lengthsOf(packed(pieces(1, 2, 3, 4, 5), 2, 100))).toEqual([[1, 2], [3, 4], [5]]);
    expect(lengthsOf(packed(pieces(1, 2, 3), 1, 100))).toEqual([[1], [2], [3]]);
    expect(packed([], 2, 100)).toEqual([]);
  });

  it('puts no more together than there is room for, and one that is too long alone', () => {
    expect(lengthsOf(packed(pieces(4, 6, 1), 9, 10))).toEqual([[4, 6], [1]]);
    expect(lengthsOf(packed(pieces(4, 7, 1), 9, 10))).toEqual([[4], [7, 1]]);
    expect(lengthsOf(packed(pieces(12, 1, 12), 9, 10))).toEqual([[12], [1], [12]]);
  });
});
