import { describe, expect, it } from 'vitest';
import { refusedNames } from './refusal.ts';

describe('refusedNames()', () => {
  const batch = ['provider/a', 'provider/ab', 'provider/b'];

  it('takes those that the text names, as whole names', () => {
    const text = "Error adding/updating cluster(s) provider/ab: malformed; provider/b: 'x'";
    expect(refusedNames(batch, text)).toEqual(['provider/ab', 'provider/b']);
  });

  it('suspects the whole batch when the text names none of it', () => {
    expect(refusedNames(batch, 'Proto constraint validation failed')).toEqual(batch);
  });
});
