import { getOrCreate } from '../../lib/get-or-create.ts';
import { listenerHeader, type ObservedRequest } from '../program.ts';
import { matchHeaders } from './header-matcher.ts';
import type { RankedEntry } from './route-precedence.ts';

/** Entries whose models match, of which the first that matches in everything counts. */
export interface Candidates {
  /** By their first header of one value: there may be one entry for each tenant. */
  readonly byHeader: readonly ValueTable[];
  /** Without such a header. By rank, as all lists. */
  readonly rest: readonly RankedEntry[];
}

interface ValueTable {
  readonly header: string;
  readonly entries: ReadonlyMap<string, readonly RankedEntry[]>;
}

/** `entries` by rank. */
export function candidatesOf(entries: Iterable<RankedEntry>): Candidates {
  const byHeader = new Map<string, Map<string, RankedEntry[]>>();
  const rest: RankedEntry[] = [];
  for (const entry of entries) {
    const header = entry.route.headers.find(({ exact }) => exact !== undefined);
    if (header?.exact === undefined) rest.push(entry);
    else {
      const byValue = getOrCreate(byHeader, header.name, () => new Map<string, RankedEntry[]>());
      getOrCreate(byValue, header.exact, () => [] as RankedEntry[]).push(entry);
    }
  }
  return { byHeader: [...byHeader].map(([header, values]) => ({ header, entries: values })), rest };
}

/** Which routes may answer: for a model that nobody has listed, only those that open models. */
export type RoutesAmong = 'all' | 'opening';

/** The first that matches, if it goes before `best`; otherwise `best`. */
export function firstOf(
  { byHeader, rest }: Candidates,
  request: ObservedRequest | undefined,
  among: RoutesAmong,
  best: RankedEntry | undefined,
): RankedEntry | undefined {
  let first = best;
  for (const { header, entries } of byHeader) {
    const value = request?.observedHeader(header);
    const ofValue = value === undefined ? undefined : entries.get(value);
    if (ofValue !== undefined) first = firstIn(ofValue, request, among, first);
  }
  return firstIn(rest, request, among, first);
}

function firstIn(
  entries: readonly RankedEntry[],
  request: ObservedRequest | undefined,
  among: RoutesAmong,
  best: RankedEntry | undefined,
): RankedEntry | undefined {
  for (const entry of entries) {
    if (best !== undefined && best.rank < entry.rank) return best;
    if (fits(entry, request, among)) return entry;
  }
  return best;
}

/** Everything but the model. */
export function fits({ route }: RankedEntry, request: ObservedRequest | undefined, among: RoutesAmong): boolean {
  return (among === 'all' || route.opensModels) && isOnListener(route, request) && matchHeaders(route.headers, request);
}

/** For somebody who comes by the same listener; what else a request needs does not matter. */
export function isForSome({ byHeader, rest }: Candidates, request: ObservedRequest): boolean {
  const isHere = ({ route }: RankedEntry): boolean => isOnListener(route, request);
  return rest.some(isHere) || byHeader.some(({ entries }) => [...entries.values()].some((each) => each.some(isHere)));
}

/** A listener that was there before the rule says nothing, and is drained: its requests are served as they were. */
function isOnListener({ listeners }: RankedEntry['route'], request: ObservedRequest | undefined): boolean {
  if (listeners.length === 0) return true;
  const listener = request?.observedHeader(listenerHeader);
  return listener === undefined || listeners.includes(listener);
}
