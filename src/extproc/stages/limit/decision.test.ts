import { describe, expect, it } from 'vitest';
import type { ReserveOutcome } from '../../../limits/store.ts';
import type { Charge } from './charge.ts';
import { tellDecisions } from './decision.ts';

const charges = ['per-key', 'per-team', 'money'].map((name) => ({ source: { name } }) as Charge);
const told = (outcome: unknown): readonly string[] => {
  const lines: string[] = [];
  tellDecisions(charges, outcome as ReserveOutcome, (name, decision) => lines.push(`${name} ${decision}`));
  return lines;
};

describe('tellDecisions()', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['admitted', { kind: 'admitted' }, ['per-key admitted', 'per-team admitted', 'money admitted']],
    [
      'admitted without the store',
      { kind: 'admitted', modes: ['shared', 'local', 'open'] },
      ['per-key admitted', 'per-team local', 'money open'],
    ],
    ['refused by one', { kind: 'refused', index: 1, reason: 'exhausted' }, ['per-team refused']],
    ['refused for want of the store', { kind: 'refused', index: 2, reason: 'store-failure' }, ['money unavailable']],
    ['never answered', { kind: 'unavailable' }, ['per-key unavailable', 'per-team unavailable', 'money unavailable']],
  ])('counts what was %s', (_, outcome, expected) => {
    expect(told(outcome)).toEqual(expected);
  });
});
