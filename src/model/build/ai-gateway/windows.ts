import type { WindowUnit } from '../../../policy/envoy-gateway/rate-limit.ts';
import type { Window } from '../../limit.ts';

const second = 1_000;

/** By what the vocabulary calls them. */
export const windows: Readonly<Record<WindowUnit, Window>> = {
  Second: { kind: 'rolling', lengthMs: second },
  Minute: { kind: 'rolling', lengthMs: 60 * second },
  Hour: { kind: 'rolling', lengthMs: 3_600 * second },
  Day: { kind: 'rolling', lengthMs: 86_400 * second },
  Week: { kind: 'rolling', lengthMs: 7 * 86_400 * second },
  Month: { kind: 'calendar', unit: 'month', timeZone: 'UTC' },
  Year: { kind: 'calendar', unit: 'year', timeZone: 'UTC' },
};
