import { sortedByName } from '../../lib/sort.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { ScopeSpec } from '../../policy/scope.ts';
import type { NamedValues, Scope } from '../scope.ts';
import type { BuildContext } from './context.ts';
import { reference } from './reference.ts';

/** Names that scopes may refer to. */
export interface KnownNames {
  readonly keys: readonly string[];
  readonly models: readonly string[];
  readonly providers: readonly string[];
}

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

/** A rule for something that is not there does nothing, which somebody should know; it may be there tomorrow. */
export function warnOfUnknownNames(
  document: PolicyDocument & { readonly spec: { readonly scope: ScopeSpec } },
  known: KnownNames,
  context: BuildContext,
): void {
  const { scope } = document.spec;
  for (const [part, kind] of [
    ['keys', 'ApiKey'],
    ['models', 'Model'],
    ['providers', 'Provider'],
  ] as const) {
    for (const [index, pattern] of (scope[part] ?? []).entries()) {
      const meant = part === 'models' ? pattern : reference(pattern, document.namespace);
      if (matchesAny(meant, known[part])) continue;
      const message = `"${pattern}" matches no ${kind}`;
      context.warn(document, `spec.scope.${part}[${index}]`, message, `check the name, or add that ${kind}`);
    }
  }
}

function matchesAny(pattern: string, names: readonly string[]): boolean {
  if (!pattern.includes('*')) return names.includes(pattern);
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return names.some((name) => expression.test(name));
}

function sorted(values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? [])].sort();
}

function namedValues(map: { readonly [name: string]: readonly string[] } | undefined): readonly NamedValues[] {
  return sortedByName(Object.entries(map ?? {}).map(([name, values]) => ({ name, values: sorted(values) })));
}
