import { compileNames, isGlob, type NameMatcher } from './glob.ts';

/** What is known of a request when it is decided what applies to it. An absent thing is the empty text. */
export interface ExchangeFacts {
  readonly key: string;
  readonly user: string;
  readonly team: string;
  readonly project: string;
  /** The logical model. */
  readonly model: string;
  /** All that the chain may reach; the one that is asked first comes first. */
  readonly providers: readonly string[];
  readonly api: string;
  /** Its name. */
  readonly route: string;
  /** Of the key's document. */
  readonly labels: ReadonlyMap<string, string>;
  /** By name in lower case. */
  header(name: string): string | undefined;
}

/** Decides without allocating. */
export interface ScopeMatcher {
  matches(facts: ExchangeFacts): boolean;
  /** As `matches`, for some request headers. */
  mayMatch(facts: ExchangeFacts): boolean;
  /** Request headers that it looks at, lower case. */
  readonly headers: readonly string[];
  /** The literals of the part that tells most requests apart; undefined: none, so every request must ask it. */
  readonly index: ScopeIndexEntry | undefined;
}

export interface Scoped {
  readonly name: string;
  readonly scope: ScopeMatcher;
}

export type IndexedPart = 'key' | 'user' | 'project' | 'team' | 'model' | 'route';

export interface ScopeIndexEntry {
  readonly part: IndexedPart;
  readonly values: readonly string[];
}

/** A scope as it stands in the program; an absent part is an empty list. */
export interface ScopeParts {
  readonly keys: readonly string[];
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly projects: readonly string[];
  readonly models: readonly string[];
  readonly providers: readonly string[];
  readonly apis: readonly string[];
  readonly headers: readonly NamedValues[];
  readonly labels: readonly NamedValues[];
  readonly routes: readonly string[];
}

export interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}

export function compileScope(parts: ScopeParts): ScopeMatcher {
  const { keys, users, teams, projects, models, apis, routes } = parts;
  const one = [
    part(keys, (facts) => facts.key),
    part(users, (facts) => facts.user),
    part(teams, (facts) => facts.team),
    part(projects, (facts) => facts.project),
    part(models, (facts) => facts.model),
    part(apis, (facts) => facts.api),
    part(routes, (facts) => facts.route),
    ...parts.labels.map(({ name, values }) => part(values, (facts) => facts.labels.get(name) ?? '')),
  ].filter((each) => each !== undefined);
  const headers = parts.headers.flatMap(({ name, values }) => part(values, (facts) => facts.header(name) ?? '') ?? []);
  const providers = parts.providers.length === 0 ? undefined : compileNames(parts.providers);
  return {
    headers: parts.headers.map(({ name }) => name),
    index: indexOf(parts),
    matches: (facts) => mayMatch(facts) && matchesAll(headers, facts),
    mayMatch,
  };

  function mayMatch(facts: ExchangeFacts): boolean {
    if (!matchesAll(one, facts)) return false;
    if (providers === undefined) return true;
    for (const provider of facts.providers) if (providers.matches(provider)) return true;
    return false;
  }
}

function matchesAll(parts: readonly Part[], facts: ExchangeFacts): boolean {
  for (const { names, of } of parts) {
    const value = of(facts);
    // What is absent is not matched even by `*`: "every team" does not mean those without one.
    if (value === '' || !names.matches(value)) return false;
  }
  return true;
}

interface Part {
  readonly names: NameMatcher;
  readonly of: (facts: ExchangeFacts) => string;
}

function part(patterns: readonly string[], of: Part['of']): Part | undefined {
  return patterns.length === 0 ? undefined : { names: compileNames(patterns), of };
}

/** From what tells most requests apart to what tells fewest. */
function indexOf(parts: ScopeParts): ScopeIndexEntry | undefined {
  const candidates: readonly (readonly [IndexedPart, readonly string[]])[] = [
    ['key', parts.keys],
    ['user', parts.users],
    ['project', parts.projects],
    ['team', parts.teams],
    ['model', parts.models],
    ['route', parts.routes],
  ];
  for (const [name, values] of candidates) {
    if (values.length > 0 && !values.some(isGlob)) return { part: name, values: [...new Set(values)] };
  }
  return undefined;
}
