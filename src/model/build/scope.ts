import { sortedByName } from '../../lib/sort.ts';
import type { ScopeSpec } from '../../policy/scope.ts';
import type { NamedValues, Scope } from '../scope.ts';
import { reference } from './reference.ts';

/** Keys and providers are named as the document itself would name them: without a namespace, those of its own. */
export function buildScope(spec: ScopeSpec, namespace: string): Scope {
  const own = (names: readonly string[] | undefined) => sorted(names?.map((name) => reference(name, namespace)));
  return {
    keys: own(spec.keys),
    users: sorted(spec.users),
    teams: sorted(spec.teams),
    projects: sorted(spec.projects),
    models: sorted(spec.models),
    providers: own(spec.providers),
    apis: sorted(spec.apis),
    headers: namedValues(spec.headers),
    labels: namedValues(spec.labels),
  };
}

function sorted(values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? [])].sort();
}

function namedValues(map: { readonly [name: string]: readonly string[] } | undefined): readonly NamedValues[] {
  return sortedByName(Object.entries(map ?? {}).map(([name, values]) => ({ name, values: sorted(values) })));
}
