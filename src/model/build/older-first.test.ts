import { describe, expect, it } from 'vitest';
import { olderFirst } from './older-first.ts';

const made = (createdAt: string | undefined, namespace: string, name: string) => ({
  namespace,
  name,
  ...(createdAt !== undefined && { createdAt }),
});

describe('olderFirst()', () => {
  it.each([
    [
      'by age, to the second',
      [
        made('2025-12-31T23:59:59Z', 'z', 'z'),
        made('2026-01-01T00:00:00Z', 'b', 'b'),
        made('2026-01-01T00:00:01Z', 'a', 'a'),
      ],
    ],
    [
      'of equal age by namespace and name, the default namespace by its name',
      [
        made('2026-01-01T00:00:00Z', 'alpha', 'z'),
        made('2026-01-01T00:00:00Z', 'default', 'b'),
        made('2026-01-01T00:00:00Z', 'default', 'c'),
        made('2026-01-01T00:00:00Z', 'gamma', 'a'),
      ],
    ],
    ['without age by namespace and name', [made(undefined, 'alpha', 'z'), made(undefined, 'default', 'a')]],
  ])('sorts %s, whatever the order before', (_, expected) => {
    expect(olderFirst(expected.toReversed())).toEqual(expected);
    expect(olderFirst(expected)).toEqual(expected);
  });
});
