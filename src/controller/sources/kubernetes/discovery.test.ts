import { describe, expect, it } from 'vitest';
import { isDiscovered } from './discovery.ts';

const prodOfPayments = { matchLabels: { stage: 'prod', team: 'payments' }, matchExpressions: [] };
const test = {
  matchLabels: {},
  matchExpressions: [{ key: 'stage', operator: 'In', values: ['test', 'dev'] }],
} as const;

describe('isDiscovered()', () => {
  it.each([
    [[], {}, true],
    [[prodOfPayments], { stage: 'prod', team: 'payments' }, true],
    [[prodOfPayments], { stage: 'prod' }, false],
    [[prodOfPayments, test], { stage: 'dev' }, true],
    [[prodOfPayments, test], { team: 'payments' }, false],
  ])('%# asks that one of the selectors holds, with everything in it', (selectors, labels, isWanted) => {
    expect(isDiscovered(selectors, new Map(Object.entries(labels)))).toBe(isWanted);
  });

  it('leaves out a namespace that nobody knows, unless all are wanted', () => {
    const notTest = {
      matchLabels: {},
      matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['test'] }],
    } as const;
    const unlabelled = {
      matchLabels: {},
      matchExpressions: [{ key: 'stage', operator: 'DoesNotExist', values: [] }],
    } as const;
    const all = { matchLabels: {}, matchExpressions: [] };
    expect(isDiscovered([notTest, unlabelled, prodOfPayments], undefined)).toBe(false);
    expect([notTest, unlabelled].map((one) => isDiscovered([one], new Map()))).toEqual([true, true]);
    expect([isDiscovered([], undefined), isDiscovered([notTest, all], undefined)]).toEqual([true, true]);
  });
});
