import type { PolicyDocument } from '../../../policy/document.ts';
import type { ScopeSpec } from '../../../policy/scope.ts';
import type { BuildContext } from '../context.ts';
import { reference } from '../reference.ts';
import type { Chains } from './chains.ts';
import type { KnownNames } from './known-names.ts';

type Scoped = PolicyDocument & { readonly spec: { readonly scope: ScopeSpec } };

/** Providers that a scope names and no request of its models gets to. Of names that nothing has it is said elsewhere. */
export function warnOfUnreachedProviders(
  document: Scoped,
  known: KnownNames,
  chains: Chains,
  context: Pick<BuildContext, 'warn'>,
): void {
  const { models = ['*'], providers = [] } = document.spec.scope;
  const named = providers.flatMap((written) => known.providers().named(reference(written, document.namespace)));
  const wanted = models.includes('*') ? undefined : models.filter((each) => known.models().named(each).length > 0);
  if (named.length === 0 || wanted?.length === 0) return;
  if (named.some((provider) => chains.mayLead(wanted, provider))) return;
  if (wanted === undefined) {
    const message = 'names no Provider that a chain leads to';
    context.warn(document, 'spec.scope.providers', message, 'add it to the targets of a model');
    return;
  }
  const message = 'no chain of these models leads to a Provider that it names';
  context.warn(document, 'spec.scope', message, 'check both; a request has to match every part');
}
