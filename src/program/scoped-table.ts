import { getOrCreate } from '../lib/get-or-create.ts';
import { sortedByName } from '../lib/sort.ts';
import type { ExchangeFacts, IndexedPart, Scoped } from './scope.ts';

/** What applies to a request, found without asking everything there is: ten thousand keys have a limit each. */
export interface ScopedTable<T extends Scoped> {
  /** Sorted by name. */
  readonly all: readonly T[];
  /** Replaces the content of `into` by all that match, sorted by name. Allocates nothing else. */
  collect(facts: ExchangeFacts, into: T[]): void;
}

interface Ranked<T> {
  readonly rank: number;
  readonly value: T;
}

type Bucket<T> = readonly Ranked<T>[];

export function scopedTable<T extends Scoped>(values: Iterable<T>): ScopedTable<T> {
  const all = sortedByName(values);
  const everywhere: Ranked<T>[] = [];
  const byPart: { readonly [P in IndexedPart]: Map<string, Ranked<T>[]> } = {
    key: new Map(),
    user: new Map(),
    project: new Map(),
    team: new Map(),
    model: new Map(),
    route: new Map(),
  };
  for (const [rank, value] of all.entries()) {
    const { index } = value.scope;
    if (index === undefined) everywhere.push({ rank, value });
    else for (const literal of index.values) getOrCreate(byPart[index.part], literal, () => []).push({ rank, value });
  }
  const ranks = new Map(all.map((value, rank) => [value, rank]));

  function take(bucket: Bucket<T> | undefined, facts: ExchangeFacts, into: T[]): void {
    if (bucket === undefined) return;
    for (const { rank, value } of bucket) {
      if (!value.scope.matches(facts)) continue;
      // Few match, so that sorting by insertion costs less than a sort that allocates.
      let at = into.length;
      while (at > 0 && rankOf(into[at - 1]) > rank) at--;
      insert(into, at, value);
    }
  }

  function rankOf(value: T | undefined): number {
    return value === undefined ? -1 : (ranks.get(value) ?? -1);
  }

  return {
    all,
    collect(facts, into) {
      into.length = 0;
      take(everywhere, facts, into);
      take(byPart.key.get(facts.key), facts, into);
      take(byPart.user.get(facts.user), facts, into);
      take(byPart.project.get(facts.project), facts, into);
      take(byPart.team.get(facts.team), facts, into);
      take(byPart.model.get(facts.model), facts, into);
      take(byPart.route.get(facts.route), facts, into);
    },
  };
}

function insert<T>(into: T[], at: number, value: T): void {
  into.push(value);
  for (let i = into.length - 1; i > at; i--) into[i] = into[i - 1] as T;
  into[at] = value;
}
