import type { MessageInitShape } from '@bufbuild/protobuf';
import { laterLimitContract, programContract } from '../../contract.ts';
import {
  BudgetSchema,
  BudgetUnit,
  Calendar,
  LimitSchema,
  LimitUnit,
  StoreFailure,
  type WindowSchema,
} from '../../gen/sluice/program/v1/program_pb.js';
import type { Budget, CalendarUnit, Limit, Window } from '../../model/limit.ts';
import { type ProgramResource, resourceOf } from './resource.ts';
import { encodeScope } from './scope.ts';

const limitUnits: { readonly [U in Limit['unit']]: LimitUnit } = {
  requests: LimitUnit.REQUESTS,
  tokens: LimitUnit.TOKENS,
  inputTokens: LimitUnit.INPUT_TOKENS,
  outputTokens: LimitUnit.OUTPUT_TOKENS,
  concurrency: LimitUnit.CONCURRENCY,
  cost: LimitUnit.COST,
  unkept: LimitUnit.UNKEPT,
};

const storeFailures: { readonly [F in Limit['onStoreFailure']]: StoreFailure } = {
  closed: StoreFailure.CLOSED,
  open: StoreFailure.OPEN,
  local: StoreFailure.LOCAL,
};

const calendars: { readonly [U in CalendarUnit]: Calendar } = {
  minute: Calendar.MINUTE,
  hour: Calendar.HOUR,
  day: Calendar.DAY,
  week: Calendar.WEEK,
  month: Calendar.MONTH,
  quarter: Calendar.QUARTER,
  year: Calendar.YEAR,
};

export function limitResource(limit: Limit): ProgramResource {
  return resourceOf(LimitSchema, limit.name, limit.origins, {
    ...counted(limit),
    contract: limit.enforce === 'warn' || limit.perRequest !== undefined ? laterLimitContract : programContract,
    unit: limitUnits[limit.unit],
    amount: BigInt(limit.amount),
    ...(limit.window && { window: encodeWindow(limit.window) }),
    isFixed: limit.algorithm === 'fixed',
    admitsWhileAnythingIsLeft: limit.admitsWhileAnythingIsLeft,
    cost: limit.cost ?? '',
    perRequest: BigInt(limit.perRequest ?? 0),
    isAdvisory: limit.enforce === 'warn',
  });
}

export function budgetResource(budget: Budget): ProgramResource {
  return resourceOf(BudgetSchema, budget.name, budget.origins, {
    ...counted(budget),
    unit: budget.unit === 'nanoUsd' ? BudgetUnit.USD : BudgetUnit.TOKENS,
    amount: BigInt(budget.amount),
    period: encodeWindow(budget.period),
    blocks: budget.enforce === 'block',
    alertAt: [...budget.alertAt],
    overrideAmount: BigInt(budget.override?.amount ?? 0),
    overrideUntilMs: BigInt(budget.override?.untilMs ?? 0),
    allowsUnpriced: budget.unpriced === 'allow',
    endsStreams: budget.endStreams,
  });
}

function counted({ name, scope, per, onStoreFailure, maxDistinct, defaultOutputReserve }: Limit | Budget) {
  return {
    contract: programContract,
    name,
    scope: encodeScope(scope),
    per: [...per],
    onStoreFailure: storeFailures[onStoreFailure],
    maxDistinct,
    defaultOutputReserve,
  };
}

function encodeWindow(window: Window): MessageInitShape<typeof WindowSchema> {
  return window.kind === 'rolling'
    ? { lengthMs: BigInt(window.lengthMs) }
    : { calendar: calendars[window.unit], timeZone: window.timeZone };
}
