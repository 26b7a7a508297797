import { expect, it } from 'vitest';
import type { Counter } from '../counter.ts';
import { counterKey } from '../counter.ts';
import { allotmentOf } from './allotment.ts';

const of = allotmentOf({ leaseTokens: 100, replicas: 2 });
const minute = { kind: 'bucket', limit: 2_000, windowMs: 60_000 } as const;
const limitKey = counterKey(['limit', 'tokens', 'key=k']);

it.each<[string, Counter, number | undefined]>([
  ['a limit that is large enough', { ...minute, key: limitKey }, 100],
  ['one that would miss it elsewhere', { ...minute, key: limitKey, limit: 1_999 }, undefined],
  ['what runs at once', { kind: 'concurrency', key: limitKey, limit: 5_000 }, undefined],
  ['a budget, whose thresholds are told once', { ...minute, key: counterKey(['budget', 'month', '']) }, undefined],
])('leases of %s: %o', (_, counter, allotment) => {
  expect(of(counter)).toBe(allotment);
});
