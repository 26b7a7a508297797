import { RE2Set } from 're2js';
import type { ObservedRequest } from '../program.ts';
import { fits, type RoutesAmong } from './route-candidates.ts';
import type { RankedEntry } from './route-precedence.ts';

/** Entries that name models by patterns. */
export interface PatternEntries {
  /** The first that matches, if it goes before `best`; otherwise `best`. */
  first(
    model: string,
    request: ObservedRequest | undefined,
    among: RoutesAmong,
    best: RankedEntry | undefined,
  ): RankedEntry | undefined;
}

/** So many are asked one by one faster than one automaton answers for all. */
const few = 8;

/** `entries` by rank. */
export function patternEntries(entries: readonly RankedEntry[]): PatternEntries {
  if (entries.length <= few)
    return { first: (model, request, among, best) => oneByOne(entries, model, request, among, best) };
  const owners: RankedEntry[] = [];
  const set = new RE2Set(RE2Set.ANCHOR_BOTH);
  for (const entry of entries) {
    for (const pattern of entry.route.patternTexts) {
      set.add(pattern);
      owners.push(entry);
    }
  }
  set.compile();
  return {
    first(model, request, among, best) {
      let first = best;
      for (const index of set.match(model)) {
        const entry = owners[index];
        if (entry === undefined || (first !== undefined && first.rank < entry.rank)) continue;
        if (fits(entry, request, among)) first = entry;
      }
      return first;
    },
  };
}

function oneByOne(
  entries: readonly RankedEntry[],
  model: string,
  request: ObservedRequest | undefined,
  among: RoutesAmong,
  best: RankedEntry | undefined,
): RankedEntry | undefined {
  for (const entry of entries) {
    if (best !== undefined && best.rank < entry.rank) return best;
    if (fits(entry, request, among) && entry.route.pattern?.matches(model) === true) return entry;
  }
  return best;
}
