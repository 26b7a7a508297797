import type { ModelDocument } from '../../policy/document.ts';
import type { TargetSpec } from '../../policy/target.ts';
import type { Dialect, Provider } from '../provider.ts';
import type { BuildContext } from './context.ts';

const apis: readonly (readonly [dialect: Dialect, name: string])[] = [
  ['openai', 'OpenAI'],
  ['anthropic', 'Anthropic'],
];

/**
 * Says where a chain of two APIs looks like a fallback that the callers of one of them do not have. A chain that has
 * targets of each in every priority serves both alike, and is meant.
 */
export function warnOfMixedChain(
  document: ModelDocument,
  targets: readonly TargetSpec[],
  providers: ReadonlyMap<string, Provider>,
  context: Pick<BuildContext, 'warn'>,
): void {
  const usable = targets.filter(({ provider, weight }) => weight > 0 && providers.has(provider));
  const priorities = countPriorities(usable);
  const lacking = apis.flatMap(([dialect, name]) => {
    const own = countPriorities(usable.filter(({ provider }) => providers.get(provider)?.dialect === dialect));
    return own === 0 || own === priorities ? [] : [`requests in the ${name} API have ${own}`];
  });
  if (lacking.length === 0) return;
  const message = `of the ${priorities} priorities, ${lacking.join(' and ')}: they meet only targets of that API`;
  context.warn(document, 'spec.targets', message, 'give each API a target in every priority, or a Model of its own');
}

function countPriorities(targets: readonly TargetSpec[]): number {
  return new Set(targets.map(({ priority }) => priority)).size;
}
