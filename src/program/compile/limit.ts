import { LimitSchema, LimitUnit, type Limit as Message } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { compileCost, faultText } from '../../limits/cost/expression.ts';
import { compileCounter } from '../counter.ts';
import type { Limit } from '../limit.ts';
import { type Compiled, refused } from './refusal.ts';
import { compileScopeMessage } from './scope.ts';
import { compileWindow, storeFailureOf } from './window.ts';

export const limitSchema = LimitSchema;

const units: { readonly [U in LimitUnit]: Limit['unit'] | undefined } = {
  [LimitUnit.UNSPECIFIED]: undefined,
  [LimitUnit.REQUESTS]: 'requests',
  [LimitUnit.TOKENS]: 'tokens',
  [LimitUnit.INPUT_TOKENS]: 'inputTokens',
  [LimitUnit.OUTPUT_TOKENS]: 'outputTokens',
  [LimitUnit.CONCURRENCY]: 'concurrency',
  [LimitUnit.COST]: 'cost',
  [LimitUnit.UNKEPT]: 'unkept',
};

export function compileLimit(message: Message): Compiled<Limit> {
  const { name, maxDistinct, defaultOutputReserve } = message;
  if (name === '') return refused('name is missing');
  const unit = units[message.unit];
  if (unit === undefined) return refused(`unit ${message.unit} is not known to this processor`);
  const amount = Number(message.amount);
  if (!Number.isSafeInteger(amount)) return refused('amount is too large');
  const onStoreFailure = storeFailureOf(message.onStoreFailure);
  if (onStoreFailure === undefined) return refused('on_store_failure is not known to this processor');
  const counter = compileCounter(message.per);
  if (counter === undefined) return refused(`per "${message.per.join()}" is not known to this processor`);
  if (maxDistinct === 0) return refused('max_distinct is missing');
  const scope = compileScopeMessage(message.scope);
  if (!scope.ok) return scope;
  const perRequest = Number(message.perRequest);
  if (!Number.isSafeInteger(perRequest)) return refused('per_request is too large');
  const hasCost = unit === 'cost' && (message.cost !== '' || perRequest === 0);
  const cost = hasCost ? compileCost(message.cost) : undefined;
  if (cost?.ok === false) return refused(`cost ${faultText(message.cost, cost.error)}`);
  const compiled = {
    name,
    scope: scope.value,
    unit,
    cost: cost?.value,
    perRequest: unit === 'cost' ? perRequest : 0,
    amount,
    algorithm: message.isFixed ? ('fixed' as const) : ('token-bucket' as const),
    admitsWhileAnythingIsLeft: message.admitsWhileAnythingIsLeft,
    enforce: message.isAdvisory ? ('warn' as const) : ('block' as const),
    onStoreFailure,
    maxDistinct,
    defaultOutputReserve,
    counter,
  };
  if (unit === 'concurrency' || unit === 'unkept') return ok({ ...compiled, window: undefined });
  if (message.window === undefined) return refused('window is missing');
  const window = compileWindow(message.window);
  return window.ok ? ok({ ...compiled, window: window.value }) : window;
}
