import { describe, expect, it } from 'vitest';
import { createSearch, type Outcome } from './search.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `route-${index}`);

/** An Envoy that names the first of the bad ones that it is given. */
function ask(suspects: readonly string[], bad: ReadonlySet<string>): { outcome: Outcome | undefined; trials: number } {
  const refusalOf = (held: ReadonlySet<string>): string | undefined => {
    const first = suspects.find((id) => bad.has(id) && !held.has(id));
    return first === undefined ? undefined : `no ${first}`;
  };
  const search = createSearch(suspects, refusalOf(new Set()) ?? 'no');
  let trials = 0;
  while (search.outcome() === undefined && trials < 10_000) {
    trials += 1;
    search.answered(refusalOf(search.heldBack()));
  }
  return { outcome: search.outcome(), trials };
}

const found = (...guilty: readonly string[]): Outcome => ({
  kind: 'found',
  guilty: new Map(guilty.map((id) => [id, `no ${id}`])),
});

describe('createSearch()', () => {
  it.each([
    ['the only one', 1, ['route-0']],
    ['the first of two', 2, ['route-0']],
    ['the second of two', 2, ['route-1']],
    ['both', 2, ['route-0', 'route-1']],
    ['one in the middle', 9, ['route-4']],
    ['the last one', 9, ['route-8']],
    ['several', 9, ['route-0', 'route-3', 'route-4', 'route-8']],
    ['all', 7, names(7)],
  ])('finds %s, with what was said of it', (_, count, bad) => {
    expect(ask(names(count), new Set(bad)).outcome).toEqual(found(...bad));
  });

  it('finds every set of culprits among six', () => {
    const suspects = names(6);
    for (let bits = 1; bits < 64; bits++) {
      const bad = suspects.filter((_, index) => (bits >> index) & 1);
      expect(ask(suspects, new Set(bad)).outcome).toEqual(found(...bad));
    }
  });

  it('needs one answer for one suspect, and a dozen for one of two thousand', () => {
    expect(ask(names(1), new Set(['route-0'])).trials).toBe(1);
    expect(ask(names(2_000), new Set(['route-1337'])).trials).toBe(13);
  });

  it('lets in nobody of whom nothing is known before it has been accepted without all of them', () => {
    const search = createSearch(names(3), 'no');
    expect(search.heldBack()).toEqual(new Set(names(3)));
    expect(search.outcome()).toBeUndefined();
  });

  it('gives up where it is refused without all of them as well', () => {
    const search = createSearch(names(3), 'no');
    search.answered('still no');
    expect(search.outcome()).toEqual({ kind: 'futile' });
  });

  it('ends where two are only refused together: one of them stays out', () => {
    const search = createSearch(['a', 'b'], 'not both');
    while (search.outcome() === undefined) {
      const held = search.heldBack();
      search.answered(held.has('a') || held.has('b') ? undefined : 'not both');
    }
    expect(search.outcome()).toEqual({ kind: 'found', guilty: new Map([['b', 'not both']]) });
    expect(search.heldBack()).toEqual(new Set(['b']));
  });
});
