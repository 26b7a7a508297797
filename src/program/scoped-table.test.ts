import { describe, expect, it } from 'vitest';
import { seededRandom } from '../lib/testing/random.ts';
import { compileScope, type Scoped } from './scope.ts';
import { scopedTable } from './scoped-table.ts';
import { factsOf } from './testing/facts.ts';

const none = { apis: [], headers: [], labels: [], routes: [] };

const words = ['', 'a', 'b', 'c', 'ab'];
const patterns = ['a', 'b', 'c', 'a*', '*'];

describe('scopedTable()', () => {
  it('finds what asking everything finds, in the same order', () => {
    const { below, pick } = seededRandom(4);
    const few = (from: readonly string[]): string[] => Array.from({ length: below(3) }, () => pick(from));
    let matched = 0;
    for (let run = 0; run < 500; run++) {
      const table = scopedTable(
        Array.from({ length: below(12) }, (_, index): Scoped => {
          const scope = compileScope({
            keys: few(patterns),
            users: below(2) === 0 ? [] : few(patterns),
            teams: few(patterns),
            projects: [],
            models: below(2) === 0 ? [] : few(patterns),
            providers: few(['a', 'b']),
            ...none,
          });
          return { name: `r${(index * 7) % 13}-${index}`, scope };
        }),
      );
      const found: Scoped[] = [];
      for (let asked = 0; asked < 6; asked++) {
        const request = factsOf({
          key: pick(words),
          user: pick(words),
          team: pick(words),
          model: pick(words),
          providers: few(['a', 'b', 'd']),
        });
        table.collect(request, found);
        expect(found).toEqual(table.all.filter(({ scope }) => scope.matches(request)));
        matched += found.length;
      }
    }
    expect(matched).toBeGreaterThan(500);
  });

  it('asks the few that may apply, not the ten thousand that there are', () => {
    let asked = 0;
    const counted = (keys: readonly string[]): Scoped['scope'] => {
      const scope = compileScope({ keys, users: [], teams: [], projects: [], models: [], providers: [], ...none });
      return {
        ...scope,
        matches(request) {
          asked++;
          return scope.matches(request);
        },
      };
    };
    const own = Array.from({ length: 10_000 }, (_, index) => ({ name: `l${index}`, scope: counted([`key-${index}`]) }));
    const table = scopedTable([...own, { name: 'everybody', scope: counted([]) }]);
    const found: Scoped[] = [];
    table.collect(factsOf({ key: 'key-7777' }), found);
    expect(found.map(({ name }) => name)).toEqual(['everybody', 'l7777']);
    expect(asked).toBe(2);
    table.collect(factsOf({ key: 'unknown' }), found);
    expect(found.map(({ name }) => name)).toEqual(['everybody']);
    expect(asked).toBe(3);
  });
});
