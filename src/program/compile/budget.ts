import { BudgetSchema, BudgetUnit, type Budget as Message } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { compileCounter } from '../counter.ts';
import type { Budget } from '../limit.ts';
import { type Compiled, refused } from './refusal.ts';
import { compileScopeMessage } from './scope.ts';
import { compileWindow, storeFailureOf } from './window.ts';

export const budgetSchema = BudgetSchema;

const units: { readonly [U in BudgetUnit]: Budget['unit'] | undefined } = {
  [BudgetUnit.UNSPECIFIED]: undefined,
  [BudgetUnit.USD]: 'nanoUsd',
  [BudgetUnit.TOKENS]: 'tokens',
};

export function compileBudget(message: Message): Compiled<Budget> {
  const { name, maxDistinct, defaultOutputReserve } = message;
  if (name === '') return refused('name is missing');
  const unit = units[message.unit];
  if (unit === undefined) return refused(`unit ${message.unit} is not known to this processor`);
  const amount = Number(message.amount);
  const overrideAmount = Number(message.overrideAmount);
  if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(overrideAmount)) return refused('amount is too large');
  const onStoreFailure = storeFailureOf(message.onStoreFailure);
  if (onStoreFailure === undefined) return refused('on_store_failure is not known to this processor');
  const counter = compileCounter(message.per);
  if (counter === undefined) return refused(`per "${message.per.join()}" is not known to this processor`);
  if (maxDistinct === 0) return refused('max_distinct is missing');
  if (message.period === undefined) return refused('period is missing');
  const period = compileWindow(message.period);
  if (!period.ok) return period;
  const scope = compileScopeMessage(message.scope);
  if (!scope.ok) return scope;
  return ok({
    name,
    scope: scope.value,
    unit,
    amount,
    period: period.value,
    enforce: message.blocks ? 'block' : 'warn',
    alertAt: [...message.alertAt].sort((a, b) => a - b),
    override:
      message.overrideUntilMs === 0n ? undefined : { amount: overrideAmount, untilMs: Number(message.overrideUntilMs) },
    unpriced: message.allowsUnpriced ? 'allow' : 'deny',
    endStreams: message.endsStreams,
    onStoreFailure,
    maxDistinct,
    defaultOutputReserve,
    counter,
  });
}
