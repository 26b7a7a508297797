import { type Counter, counterKey } from '../../../limits/counter.ts';
import { type Budget, budgetAmount, type KeptLimit, type Window } from '../../../program/limit.ts';

/** Where a limit counts. `value`: of whom, as its `CounterTemplate` says it. */
export function counterOfLimit(limit: KeptLimit, value: string): Counter {
  const { name, amount, window, algorithm } = limit;
  const key = counterKey(['limit', name, value]);
  if (window === undefined) return { kind: 'concurrency', key, limit: amount };
  if (window.kind === 'calendar') return calendar(key, amount, window);
  const kind = algorithm === 'token-bucket' ? 'bucket' : 'fixed';
  return { kind, key, limit: amount, windowMs: window.lengthMs };
}

/** Where a budget counts, with the amount that is in force. A period of days is one that is looked back upon. */
export function counterOfBudget(budget: Budget, value: string, nowMs: number): Counter {
  const { name, period } = budget;
  const key = counterKey(['budget', name, value]);
  const limit = budgetAmount(budget, nowMs);
  if (period.kind === 'calendar') return calendar(key, limit, period);
  return { kind: 'rolling', key, limit, windowMs: period.lengthMs };
}

function calendar(key: string, limit: number, { unit, timeZone }: Extract<Window, { kind: 'calendar' }>): Counter {
  return { kind: 'calendar', key, limit, unit, timeZone };
}
