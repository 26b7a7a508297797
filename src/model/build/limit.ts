import type { BudgetDocument, LimitDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { WindowSpec } from '../../policy/window.ts';
import type { Budget, Limit, Window } from '../limit.ts';
import { memo } from './memo.ts';
import { buildScope } from './scope.ts';

export function buildLimit(document: LimitDocument): Limit {
  const { id, spec } = document;
  return memo(document, 'limit', '', () => ({
    name: qualifiedName(document.namespace, document.name),
    scope: buildScope(spec.scope, document.namespace),
    per: spec.per,
    unit: spec.unit,
    amount: spec.amount,
    ...(spec.window && { window: windowOf(spec.window) }),
    algorithm: spec.algorithm,
    admitsWhileAnythingIsLeft: false,
    enforce: 'block',
    onStoreFailure: spec.onStoreFailure,
    maxDistinct: spec.maxDistinct,
    defaultOutputReserve: spec.defaultOutputReserve,
    origins: [id],
  }));
}

export function buildBudget(document: BudgetDocument): Budget {
  const { id, spec } = document;
  return memo(document, 'budget', '', () => ({
    name: qualifiedName(document.namespace, document.name),
    scope: buildScope(spec.scope, document.namespace),
    per: spec.per,
    unit: 'usd' in spec.amount ? 'nanoUsd' : 'tokens',
    amount: amountOf(spec.amount),
    period: windowOf(spec.period),
    enforce: spec.enforce,
    alertAt: spec.alertAt,
    ...(spec.override && {
      override: { amount: amountOf(spec.override.amount), untilMs: spec.override.until },
    }),
    unpriced: spec.unpriced,
    endStreams: spec.endStreams,
    onStoreFailure: spec.onStoreFailure,
    maxDistinct: spec.maxDistinct,
    defaultOutputReserve: spec.defaultOutputReserve,
    origins: [id],
  }));
}

function amountOf(amount: BudgetDocument['spec']['amount']): number {
  return 'usd' in amount ? amount.usd : amount.tokens;
}

function windowOf(spec: WindowSpec): Window {
  return 'rolling' in spec
    ? { kind: 'rolling', lengthMs: spec.rolling }
    : { kind: 'calendar', unit: spec.calendar, timeZone: spec.timeZone };
}
