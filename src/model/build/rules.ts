import { sortedByName } from '../../lib/sort.ts';
import type { BudgetDocument, PolicyDocument } from '../../policy/document.ts';
import type { Guardrail } from '../guardrail.ts';
import type { Budget, Limit } from '../limit.ts';
import type { LogicalModel } from '../logical-model.ts';
import type { BuildContext } from './context.ts';
import { buildGuardrail, type KeyedStyles } from './guardrail.ts';
import { buildBudget, buildLimit } from './limit.ts';
import type { Chains } from './names/chains.ts';
import { warnOfIdleScope } from './names/idle-scope.ts';
import type { KnownNames } from './names/known-names.ts';
import { warnOfUnreachedProviders } from './names/unreached-providers.ts';
import { ofKind } from './of-kind.ts';

export interface BuiltRules {
  readonly guardrails: readonly Guardrail[];
  readonly limits: readonly Limit[];
  readonly budgets: readonly Budget[];
}

/** What is there for rules to be about. */
export interface Subjects {
  readonly known: KnownNames;
  readonly chains: Chains;
  /** Gathered for those who count money alone. */
  models(): readonly LogicalModel[];
  /** Names of models whose requests have a known cost. */
  priced(): ReadonlySet<string>;
}

/** Guardrails, limits and budgets of a policy. */
export function buildRules(
  documents: readonly PolicyDocument[],
  subjects: Subjects,
  keyedStyles: KeyedStyles,
  context: BuildContext,
): BuiltRules {
  const guardrails = ofKind(documents, 'Guardrail');
  const limits = ofKind(documents, 'Limit');
  const budgets = ofKind(documents, 'Budget');
  for (const document of [...guardrails, ...limits, ...budgets]) {
    warnOfIdleScope(document, subjects.known, context);
    warnOfUnreachedProviders(document, subjects.known, subjects.chains, context);
  }
  for (const document of budgets) warnOfUnpricedModels(document, subjects, context);
  return {
    guardrails: sortedByName(guardrails.map((document) => buildGuardrail(document, keyedStyles, context))),
    limits: sortedByName(limits.map(buildLimit)),
    budgets: sortedByName(budgets.map(buildBudget)),
  };
}

/** Most likely a price was forgotten, and then the budget refuses what it was not meant to, or counts nothing. */
function warnOfUnpricedModels(document: BudgetDocument, subjects: Subjects, context: BuildContext): void {
  const { amount, scope, unpriced } = document.spec;
  if ('tokens' in amount) return;
  const concerned = subjects.models().filter(({ name }) => scope.models === undefined || scope.models.includes(name));
  const without = concerned.filter(({ name }) => !subjects.priced().has(name)).map(({ name }) => name);
  if (without.length === 0) return;
  const shown =
    without.length > 3 ? `${without.slice(0, 3).join(', ')} and ${without.length - 3} more` : without.join(', ');
  const effect = unpriced === 'deny' ? 'refused' : 'not counted';
  const message = `is money, but the price of ${shown} is unknown, so requests for it are ${effect}`;
  context.warn(
    document,
    'spec.amount',
    message,
    'add pricing to these Models or a PriceCatalogue, or choose with unpriced',
  );
}
