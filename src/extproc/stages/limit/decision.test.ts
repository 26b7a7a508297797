import { describe, expect, it } from 'vitest';
import type { Counter } from '../../../limits/counter.ts';
import { createMemoryStore } from '../../../limits/memory/memory-store.ts';
import type { ReserveItem, ReserveOutcome } from '../../../limits/store.ts';
import type { Charge } from './charge.ts';
import { exceededBy, tellDecisions } from './decision.ts';

const charges = ['per-key', 'per-team', 'money'].map((name) => ({ source: { name }, item: {} }) as Charge);
const told = (outcome: unknown): readonly string[] => {
  const lines: string[] = [];
  tellDecisions(charges, outcome as ReserveOutcome, (name, decision) => lines.push(`${name} ${decision}`));
  return lines;
};

describe('tellDecisions()', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['admitted', { kind: 'admitted', grants: [] }, ['per-key admitted', 'per-team admitted', 'money admitted']],
    [
      'admitted without the store',
      { kind: 'admitted', grants: [], modes: ['shared', 'local', 'open'] },
      ['per-key admitted', 'per-team local', 'money open'],
    ],
    ['refused by one', { kind: 'refused', index: 1, reason: 'exhausted' }, ['per-team refused']],
    ['refused for want of the store', { kind: 'refused', index: 2, reason: 'store-failure' }, ['money unavailable']],
    ['never answered', { kind: 'unavailable' }, ['per-key unavailable', 'per-team unavailable', 'money unavailable']],
  ])('counts what was %s', (_, outcome, expected) => {
    expect(told(outcome)).toEqual(expected);
  });
});

describe('a limit that refuses nobody', () => {
  type Wanted = Omit<ReserveItem, 'counter' | 'isAdvisory'>;
  const counter: Counter = { kind: 'fixed', key: 'watched', limit: 10, windowMs: 60_000 };
  const asked: readonly (readonly [string, Wanted])[] = [
    ['requests', { amount: 1, isFinal: true }],
    ['all or nothing', { amount: 4 }],
    ['more than there is', { amount: 11 }],
    ['what is left, if that is enough', { amount: 400, atLeast: 4 }],
    ['any rest', { amount: 400, sharesRest: true }],
    ['nothing', { amount: 0 }],
    ['nothing of any rest', { amount: 0, sharesRest: true }],
  ];

  const reserve = (used: number, item: ReserveItem): ReserveOutcome => {
    const store = createMemoryStore({ now: () => 0 });
    const outcomes: ReserveOutcome[] = [];
    const before = { counter, amount: used, isFinal: true };
    store.reserve({ id: 'before', ttlMs: 1_000, items: [before] }, (outcome) => outcomes.push(outcome));
    store.reserve({ id: 'asked', ttlMs: 1_000, items: [item] }, (outcome) => outcomes.push(outcome));
    return outcomes[1] ?? expect.fail('the store has not answered');
  };

  it.each(asked)('is exceeded where another one would have refused: %s', (_, wanted) => {
    for (const used of [0, 5, 6, 7, 9, 10]) {
      const item = { counter, ...wanted, isAdvisory: true };
      const outcome = reserve(used, item);
      if (outcome.kind !== 'admitted') return expect.fail(`refused with ${used} used`);
      const isRefused = reserve(used, { counter, ...wanted }).kind === 'refused';
      const charge = { source: { name: 'watched' }, item } as Charge;
      expect(exceededBy([charge], outcome), `${used} used`).toEqual(isRefused ? ['watched'] : undefined);
    }
  });

  it('is not told to be exceeded by whom nobody can ask', () => {
    const item = { counter, amount: 11, isAdvisory: true };
    const outcome = reserve(10, item);
    if (outcome.kind !== 'admitted') return expect.fail('refused');
    const charge = { source: { name: 'watched' }, item } as Charge;
    expect(exceededBy([charge], { ...outcome, modes: ['local'] })).toBeUndefined();
    expect(exceededBy([charge], { ...outcome, modes: ['shared'] })).toEqual(['watched']);
  });
});
