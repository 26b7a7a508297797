import { describe, expect, it } from 'vitest';
import type { ObjectStatus } from '../statuses.ts';
import { byUrgency } from './urgency.ts';

const wants = (id: string, shape: 'gateway' | 'document' = 'document') => ({ id, status: { shape } }) as ObjectStatus;
const ids = (statuses: readonly ObjectStatus[]) => statuses.map(({ id }) => id).join(' ');

describe('byUrgency()', () => {
  it('puts Gateways first, then what is new or says something else, then what waits already', () => {
    const [waiting, changed, added, gateway] = [wants('w'), wants('c'), wants('n'), wants('g', 'gateway')];
    const before = new Map([waiting, wants('c'), gateway].map((each) => [each.id, each]));
    expect(ids(byUrgency([waiting, changed, added, gateway], before))).toBe('g c n w');
  });

  it('keeps the order of what is equally urgent', () => {
    expect(ids(byUrgency([wants('b'), wants('a'), wants('c')], new Map()))).toBe('b a c');
  });
});
