import type { PolicyDocument } from '../../../policy/document.ts';
import { pathText } from '../../../policy/schema/place.ts';
import type { ScopeSpec } from '../../../policy/scope.ts';
import type { BuildContext } from '../context.ts';
import { reference } from '../reference.ts';
import { warnOfNoModels } from './idle-models.ts';
import type { Caller, KnownNames } from './known-names.ts';
import type { NameIndex } from './name-index.ts';

type Scoped = PolicyDocument & { readonly spec: { readonly scope: ScopeSpec } };
type Warning = Pick<BuildContext, 'warn'>;

/** A rule for something that is not there does nothing, which somebody should know; it may be there tomorrow. */
export function warnOfIdleScope(document: Scoped, known: KnownNames, context: Warning): void {
  const { scope } = document.spec;
  warnOfIdleCallers(document, known, context);
  warnOfNoModels(document, 'spec.scope.models', scope.models ?? [], known, context);
  for (const [index, written] of (scope.providers ?? []).entries()) {
    if (known.providers().named(reference(written, document.namespace)).length > 0) continue;
    const message = `"${written}" matches no Provider`;
    context.warn(document, `spec.scope.providers[${index}]`, message, 'check the name, or add that Provider');
  }
}

/** A part of a scope that looks at the key of a request. */
interface CallerPart {
  readonly path: readonly string[];
  readonly written: readonly string[];
  /** The same as the index has them: keys go by the names of their namespace. */
  readonly patterns: readonly string[];
  readonly index: NameIndex<Caller>;
  readonly complaint: string;
  readonly remedy: string;
}

/** Names that no key has; and parts that no key has together, since a request has to match each of them. */
function warnOfIdleCallers(document: Scoped, known: KnownNames, context: Warning): void {
  const parts = callerParts(document, known);
  for (const { path, written, patterns, index, complaint, remedy } of parts) {
    for (const [position, pattern] of patterns.entries()) {
      if (index.named(pattern).length > 0) continue;
      const place = pathText(['spec', 'scope', ...path, position]);
      context.warn(document, place, `"${written[position]}" ${complaint}`, remedy);
    }
  }
  // Of one part alone everything has been said.
  if (parts.length < 2) return;
  const fewest = parts.reduce((few, part) => (sizeOf(part) < sizeOf(few) ? part : few));
  if (sizeOf(fewest) === 0) return;
  const isMet = fewest.patterns.some((pattern) =>
    fewest.index.named(pattern).some((caller) => parts.every((part) => isPartMet(part, caller))),
  );
  if (isMet) return;
  const names = parts.map(({ path }) => path.join(' '));
  const message = `no ApiKey matches ${names.slice(0, -1).join(', ')} and ${names.at(-1)} together`;
  context.warn(document, 'spec.scope', message, 'check them; a request has to match every part');
}

function sizeOf({ patterns, index }: CallerPart): number {
  return patterns.reduce((sum, pattern) => sum + index.named(pattern).length, 0);
}

function isPartMet({ patterns, index }: CallerPart, caller: Caller): boolean {
  return patterns.some((pattern) => index.isNamed(caller, pattern));
}

function callerParts({ namespace, spec: { scope } }: Scoped, known: KnownNames): readonly CallerPart[] {
  const keys = (written: readonly string[]): CallerPart => ({
    path: ['keys'],
    written,
    patterns: written.map((name) => reference(name, namespace)),
    index: known.keys(),
    complaint: 'matches no ApiKey',
    remedy: 'check the name, or add that ApiKey',
  });
  const owners = (field: 'users' | 'teams' | 'projects', part: 'user' | 'team' | 'project'): readonly CallerPart[] => {
    const written = scope[field];
    if (written === undefined) return [];
    const complaint = `matches the ${part} of no ApiKey`;
    const remedy = `check the name, or say it in spec.owner.${part} of an ApiKey`;
    return [{ path: [field], written, patterns: written, index: known.owners(part), complaint, remedy }];
  };
  const label = ([name, written]: readonly [string, readonly string[]]): CallerPart => ({
    path: ['labels', name],
    written,
    patterns: written,
    index: known.labelled(name),
    complaint: `matches the label ${name} of no ApiKey`,
    remedy: 'check label and value, or give an ApiKey that label',
  });
  return [
    ...(scope.keys === undefined ? [] : [keys(scope.keys)]),
    ...owners('users', 'user'),
    ...owners('teams', 'team'),
    ...owners('projects', 'project'),
    ...Object.entries(scope.labels ?? {}).map(label),
  ];
}
