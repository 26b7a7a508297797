import { largestWhole } from '../../../limits/cost/node.ts';
import type { Counter } from '../../../limits/counter.ts';
import type { LimitUnit, LimitView } from '../../../limits/headers.ts';
import type { Figures, OnStoreFailure, ReserveItem } from '../../../limits/store.ts';
import type { Budget, CostBound, CostExpression, CountedUnit, KeptLimit, Limit } from '../../../program/limit.ts';
import type { Metering, UsedAmounts } from '../../between-stages/metering.ts';
import { counterOfBudget, counterOfLimit } from './counter-of.ts';

type Unit = CountedUnit | Budget['unit'];

/** What one limit or budget means for one request. */
export interface Charge {
  readonly source: Limit | Budget;
  readonly isBudget: boolean;
  readonly unit: Unit;
  readonly item: ReserveItem;
  /** Percentages of a budget, ascending. */
  readonly alertAt: readonly number[];
}

/** A budget in money for a request whose price nobody knows. */
export type Uncharged = 'unpriced';

export function chargeOfLimit(limit: KeptLimit, value: string, metering: Metering): Charge {
  const counter = counterOfLimit(limit, value);
  const { onStoreFailure, enforce } = limit;
  const counted = sharingRest(limit, itemOf(limit, counter, metering, onStoreFailure));
  const item = enforce === 'warn' ? { ...counted, isAdvisory: true } : counted;
  return { source: limit, isBudget: false, unit: limit.unit, item, alertAt: [] };
}

export function chargeOfBudget(budget: Budget, value: string, metering: Metering, nowMs: number): Charge | Uncharged {
  const counter = counterOfBudget(budget, value, nowMs);
  const amounts = budget.unit === 'tokens' ? tokensFor(budget, metering) : moneyFor(budget, metering);
  if (amounts === undefined) return 'unpriced';
  const { alertAt, onStoreFailure } = budget;
  const isAdvisory = budget.enforce === 'warn';
  const item = { counter, ...amounts, isAdvisory, isWatched: alertAt.length > 0, onStoreFailure };
  return { source: budget, isBudget: true, unit: budget.unit, item, alertAt };
}

/** What was used, in the unit of a charge; what nobody can say, or not yet, was used as it had been reserved. */
export function usedOf(charge: Charge, used: UsedAmounts, reserved: number): number {
  const amount = amountUsed(charge, used, reserved);
  return used.goesOn && charge.unit !== 'concurrency' ? Math.max(amount, reserved) : amount;
}

function amountUsed({ unit, source }: Charge, used: UsedAmounts, reserved: number): number {
  switch (unit) {
    case 'tokens':
      return used.total;
    case 'inputTokens':
      return used.input;
    case 'outputTokens':
      return used.output;
    case 'nanoUsd':
      return used.nanoUsd ?? reserved;
    case 'cost':
      return costUsed(source, used) ?? reserved;
    default:
      return 0;
  }
}

/** What `outputTokens` more than reserved come to, so far; undefined: it cannot grow, or nobody can say. */
export function amountAt({ unit, source }: Charge, metering: Metering, outputTokens: number): number | undefined {
  switch (unit) {
    case 'tokens':
      return metering.estimatedInput + outputTokens;
    case 'outputTokens':
      return outputTokens;
    case 'nanoUsd':
      return metering.worstNanoUsd(outputTokens);
    case 'cost':
      return boundOf(source, metering, outputTokens)?.likely;
    default:
      return undefined;
  }
}

export function viewOf({ source, unit, item }: Charge, { remaining, resetMs }: Figures): LimitView {
  const { counter } = item;
  const windowMs = 'windowMs' in counter ? { windowMs: counter.windowMs } : {};
  return { name: source.name, unit: units[unit], limit: counter.limit, remaining, resetMs, ...windowMs };
}

const units: Readonly<Record<Unit, LimitUnit>> = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input-tokens',
  outputTokens: 'output-tokens',
  concurrency: 'concurrent-requests',
  cost: 'cost',
  nanoUsd: 'money',
};

interface Amounts {
  readonly amount: number;
  readonly atLeast?: number;
}

function itemOf(limit: KeptLimit, counter: Counter, metering: Metering, onStoreFailure: OnStoreFailure): ReserveItem {
  switch (limit.unit) {
    case 'requests':
      return { counter, amount: 1, isFinal: true, onStoreFailure };
    case 'concurrency':
      return { counter, amount: 1, onStoreFailure };
    case 'inputTokens':
      return { counter, amount: metering.estimatedInput, onStoreFailure };
    case 'outputTokens':
      return { counter, ...outputFor(limit, metering), onStoreFailure };
    case 'tokens':
      return { counter, ...tokensFor(limit, metering), onStoreFailure };
    case 'cost':
      return { counter, ...costFor(limit, metering), onStoreFailure };
  }
}

/**
 * What has no bound is refused all the same: nobody could say afterwards what it was. Where nobody is refused it takes what
 * others leave it.
 */
function sharingRest({ admitsWhileAnythingIsLeft, enforce }: KeptLimit, item: ReserveItem): ReserveItem {
  const hasBound = enforce === 'warn' || (item.atLeast ?? item.amount) < largestWhole;
  return admitsWhileAnythingIsLeft && hasBound ? { ...item, sharesRest: true } : item;
}

function costOf(source: Limit | Budget): CostExpression | undefined {
  return 'cost' in source ? source.cost : undefined;
}

function perRequestOf(source: Limit | Budget): number {
  return 'perRequest' in source ? source.perRequest : 0;
}

/** What each request costs was used whatever came of it. */
function costUsed(source: Limit | Budget, used: UsedAmounts): number | undefined {
  const cost = costOf(source);
  const ofAnswer = cost === undefined ? 0 : used.cost(cost);
  return ofAnswer === undefined ? undefined : Math.min(largestWhole, ofAnswer + perRequestOf(source));
}

function boundOf(source: Limit | Budget, metering: Metering, outputTokens: number): CostBound | undefined {
  const cost = costOf(source);
  if (cost === undefined) return undefined;
  const { most, likely } = metering.boundCost(cost, outputTokens);
  const perRequest = perRequestOf(source);
  return { most: Math.min(largestWhole, most + perRequest), likely: Math.min(largestWhole, likely + perRequest) };
}

interface Reserve {
  readonly defaultOutputReserve: number;
}

/** Without a cap of the caller the default is taken, or what is left when that is less: one token at least. */
function outputFor({ defaultOutputReserve }: Reserve, { outputCap }: Metering): Amounts {
  return outputCap === undefined ? { amount: Math.max(1, defaultOutputReserve), atLeast: 1 } : { amount: outputCap };
}

function tokensFor(reserve: Reserve, metering: Metering): Amounts {
  const { amount, atLeast } = outputFor(reserve, metering);
  const { estimatedInput } = metering;
  return {
    amount: estimatedInput + amount,
    ...(atLeast !== undefined && { atLeast: estimatedInput + atLeast }),
  };
}

/** What is only feared may be more than there is: then what is left is taken, if what is likely fits into it. */
function costFor(limit: Limit, metering: Metering): Amounts {
  const { amount: output, atLeast } = outputFor(limit, metering);
  const bound = boundOf(limit, metering, output);
  if (bound === undefined) return { amount: limit.perRequest };
  const least = atLeast === undefined ? bound : (boundOf(limit, metering, atLeast) ?? bound);
  // Where nothing is left there is no room, however little is likely.
  return { amount: bound.most, ...(least.likely < bound.most && { atLeast: Math.max(1, least.likely) }) };
}

function moneyFor({ defaultOutputReserve }: Reserve, metering: Metering): Amounts | undefined {
  const { outputCap } = metering;
  const amount = metering.worstNanoUsd(outputCap ?? Math.max(1, defaultOutputReserve));
  if (amount === undefined) return undefined;
  if (outputCap !== undefined) return { amount };
  const atLeast = metering.worstNanoUsd(1);
  return { amount, ...(atLeast !== undefined && { atLeast: Math.min(atLeast, amount) }) };
}
