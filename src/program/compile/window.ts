import { Calendar, type Window as Message, StoreFailure } from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import type { CalendarUnit, Limit, Window } from '../limit.ts';
import { type Compiled, refused } from './refusal.ts';

const units: { readonly [C in Calendar]: CalendarUnit | undefined } = {
  [Calendar.UNSPECIFIED]: undefined,
  [Calendar.MINUTE]: 'minute',
  [Calendar.HOUR]: 'hour',
  [Calendar.DAY]: 'day',
  [Calendar.WEEK]: 'week',
  [Calendar.MONTH]: 'month',
  [Calendar.QUARTER]: 'quarter',
  [Calendar.YEAR]: 'year',
};

export function compileWindow(message: Message): Compiled<Window> {
  if (message.lengthMs > 0n) return ok({ kind: 'rolling', lengthMs: Number(message.lengthMs) });
  const unit = units[message.calendar];
  if (unit === undefined) return refused('a window has neither a length nor a unit of the calendar');
  if (!isTimeZone(message.timeZone)) return refused(`time zone "${message.timeZone.slice(0, 60)}" is not known here`);
  return ok({ kind: 'calendar', unit, timeZone: message.timeZone });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Undefined: not known to this version. */
export function storeFailureOf(value: StoreFailure): Limit['onStoreFailure'] | undefined {
  switch (value) {
    case StoreFailure.CLOSED:
      return 'closed';
    case StoreFailure.OPEN:
      return 'open';
    case StoreFailure.LOCAL:
      return 'local';
    default:
      return undefined;
  }
}
