import { describe, expect, it } from 'vitest';
import { isRenewalDue } from './validity.ts';

const at = (hours: number): Date => new Date(Date.UTC(2026, 0, 1, hours));

describe('isRenewalDue()', () => {
  it.each([
    ['a clock that has been set back makes one that is not valid yet', -1, true],
    ['it is new', 0, false],
    ['half of its life is not over', 11, false],
    ['half of its life is over', 12, true],
    ['it has expired', 25, true],
  ])('where %s (%d h): %s', (_, hours, isDue) => {
    expect(isRenewalDue({ notBefore: at(0), notAfter: at(24) }, at(hours))).toBe(isDue);
  });
});
