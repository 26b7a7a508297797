import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { Listener } from '../../../src/model/listener.ts';
import { type FilterPlace, filterPlaces, type OwnFilter } from '../../../src/model/own-filter.ts';

/** Filters of one's own that a request meets before anybody has looked at its key. */
export interface ExplainedFilters {
  /** Each line a filter, in their order, under its name, which begins with the document that it comes from. */
  readonly lines: readonly string[];
  /** Wherever a request comes in, something was asked for that cannot be had. */
  readonly isClosed: boolean;
}

export const noFilters: ExplainedFilters = { lines: [], isClosed: false };

export function explainFilters({
  listeners,
  filters = [],
}: Pick<GatewayModel, 'listeners' | 'filters'>): ExplainedFilters {
  const byName = new Map(filters.map((filter) => [filter.name, filter]));
  const explained = listeners.map((listener) => ({ listener, lines: linesOf(listener, byName) }));
  const isSame = new Set(explained.map(({ lines }) => lines.join('\n'))).size <= 1;
  return {
    lines: isSame
      ? (explained[0]?.lines ?? [])
      : explained.flatMap(({ listener, lines }) => lines.map((line) => `listener ${listener.name}: ${line}`)),
    isClosed: listeners.length > 0 && listeners.every(({ filters: choice = {} }) => isClosed(choice)),
  };
}

/** Keys of callers of models are the processor's to check, not a filter's. */
const places = filterPlaces.filter((place) => place !== 'keys');

function isClosed(choice: NonNullable<Listener['filters']>): boolean {
  return places.some((place) => choice[place] === 'unusable');
}

const called: Readonly<Record<FilterPlace, string>> = {
  keys: 'keys',
  tokens: 'tokens',
  listed: 'extensions',
  lua: 'Lua',
  processor: 'processors',
  wasm: 'WebAssembly',
};

function linesOf({ filters: choice = {} }: Listener, byName: ReadonlyMap<string, OwnFilter>): readonly string[] {
  return places.flatMap((place) => {
    const names = choice[place];
    if (names === 'unusable') return [`${called[place]} that cannot be had: every request is refused (500)`];
    return (names ?? []).map((name) => `${name}: ${describe(byName.get(name))}`);
  });
}

function describe(filter: OwnFilter | undefined): string {
  if (filter === undefined) return '';
  if (filter.kind === 'keys') return 'checks keys';
  const { kind, isOptional } = filter;
  if (kind === 'tokens')
    return isOptional ? 'checks the token, if there is one' : 'checks the token, without which it refuses (401)';
  return `${kind === 'processor' ? 'asks a processor' : `runs ${called[kind]}`}, fails ${isOptional ? 'open' : 'closed'}`;
}
