import { err, ok, type Result } from '../../lib/result.ts';
import { formatSpec, isAmount, parseSpec } from '../counter.ts';
import { type CounterState, newCounterState } from './counter-state.ts';
import { nothingTold, type Told } from './told.ts';

/** What a memory store writes down: plain data, versioned. */
export interface SnapshotData {
  readonly version: 1;
  readonly counters: readonly SnapshotCounter[];
}

interface SnapshotCounter {
  readonly key: string;
  readonly spec: string;
  readonly used: number;
  readonly since: number;
  readonly scale: number;
  readonly slices: readonly (readonly [start: number, amount: number])[];
  readonly held: readonly (readonly [id: string, endsAt: number, amount: number, spent: number, ended: 0 | 1])[];
  /** Limit and spent, and those of the limit before. */
  readonly told?: readonly number[];
}

export function snapshotOf(states: ReadonlyMap<string, CounterState>): SnapshotData {
  return {
    version: 1,
    counters: [...states].map(([key, state]) => ({
      key,
      spec: formatSpec(state.counter),
      used: state.used,
      since: state.since,
      scale: state.scale,
      slices: state.slices.map((slice) => [slice.start, slice.amount] as const),
      held: [...state.held].map(
        ([id, held]) => [id, held.endsAt, held.amount, held.spent, held.hasEnded ? 1 : 0] as const,
      ),
      ...(state.told.by !== undefined && { told: numbersOf(state.told) }),
    })),
  };
}

/** Everything or nothing: half a snapshot would be wrong figures that look right. */
export function parseSnapshot(data: unknown): Result<ReadonlyMap<string, CounterState>> {
  if (!isRecord(data) || data.version !== 1 || !Array.isArray(data.counters)) return err('it is no snapshot');
  const states = new Map<string, CounterState>();
  for (const entry of data.counters as readonly unknown[]) {
    const state = parseCounter(entry);
    if (state === undefined) return err('one of its counters does not make sense');
    states.set(state.counter.key, state);
  }
  return ok(states);
}

function parseCounter(entry: unknown): CounterState | undefined {
  if (!isRecord(entry) || typeof entry.key !== 'string' || typeof entry.spec !== 'string') return undefined;
  const counter = parseSpec(entry.key, entry.spec);
  if (!counter.ok || !amount(entry.used) || !amount(entry.since) || !amount(entry.scale)) return undefined;
  if (!Array.isArray(entry.slices) || !Array.isArray(entry.held)) return undefined;
  const state = newCounterState(counter.value);
  state.used = entry.used;
  state.since = entry.since;
  state.scale = entry.scale;
  for (const slice of entry.slices as readonly unknown[]) {
    if (!Array.isArray(slice) || !amount(slice[0]) || !amount(slice[1])) return undefined;
    state.slices.push({ start: slice[0], amount: slice[1] });
  }
  for (const held of entry.held as readonly unknown[]) {
    if (!Array.isArray(held)) return undefined;
    const [id, endsAt, holding, spent, ended] = held as readonly unknown[];
    if (typeof id !== 'string' || !amount(endsAt) || !amount(holding) || !amount(spent)) return undefined;
    state.held.set(id, { endsAt, amount: holding, spent, hasEnded: ended === 1 });
    if (ended !== 1) state.reserved += holding;
    state.nextEnd = Math.min(state.nextEnd, endsAt);
  }
  state.told = parseTold(entry.told);
  return state;
}

function numbersOf({ by, before }: Told): readonly number[] {
  return [by, before].flatMap((telling) => (telling === undefined ? [] : [telling.limit, telling.spent]));
}

/** Snapshots of versions before have none: then thresholds may be told once more. */
function parseTold(told: unknown): Told {
  if (!Array.isArray(told) || !told.every(amount)) return nothingTold;
  const telling = ([limit, spent]: readonly number[]) =>
    limit === undefined || spent === undefined ? undefined : { limit, spent };
  return { by: telling(told), before: telling(told.slice(2)) };
}

function amount(value: unknown): value is number {
  return typeof value === 'number' && isAmount(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
